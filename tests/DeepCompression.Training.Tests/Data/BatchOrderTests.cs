using DeepCompression.Training.Data;

namespace DeepCompression.Training.Tests.Data;

public sealed class BatchOrderTests
{
    [Fact]
    public void GetSamples_OneEpoch_SeesEverySampleAtMostOnce()
    {
        BatchOrder order = new(samples: 23, batchSize: 5, seed: 3);
        int[] seen = [.. Enumerable.Range(0, order.StepsPerEpoch).SelectMany(step => order.GetSamples(step).ToArray())];

        Assert.Equal(20, seen.Distinct().Count());
        Assert.All(seen, sample => Assert.InRange(sample, 0, 22));
    }

    [Fact]
    public void GetSamples_AskedInAnyOrder_DependsOnSeedAndStepAlone()
    {
        BatchOrder forwards = new(50, 8, seed: 9);
        BatchOrder backwards = new(50, 8, seed: 9);
        int[][] ahead = [.. Enumerable.Range(0, 30).Select(step => forwards.GetSamples(step).ToArray())];

        for (int step = 29; step >= 0; step--)
            Assert.Equal(ahead[step], backwards.GetSamples(step).ToArray());
        Assert.NotEqual(ahead[0], new BatchOrder(50, 8, seed: 10).GetSamples(0).ToArray());
        Assert.NotEqual(ahead[0], ahead[6]);
    }

    [Fact]
    public void Split_AnySeed_PutsEverySampleInOnePart()
    {
        ArrayBatchSource source = new(ArrayColumn.Integers("n", new TensorShape(), Enumerable.Range(0, 40).Select(i => (long)i).ToArray()));
        (SubsetSource training, SubsetSource heldOut) = SubsetSource.Split(source, 13, seed: 5);
        Batch first = new(source.Fields, training.Count);
        Batch second = new(source.Fields, heldOut.Count);
        training.Read([.. Enumerable.Range(0, 27)], first);
        heldOut.Read([.. Enumerable.Range(0, 13)], second);

        Assert.Equal(Enumerable.Range(0, 40).Select(i => (long)i), first.GetIntegers(0).Concat(second.GetIntegers(0)).Order());
    }

    [Fact]
    public void Read_SampleOutOfRange_Throws()
    {
        ArrayBatchSource source = new(ArrayColumn.Floats("x", new TensorShape(2), new float[6]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read([3], new Batch(source.Fields, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read([-1], new Batch(source.Fields, 1)));
        Assert.Throws<ArgumentException>(() => source.Read([0, 1], new Batch(source.Fields, 1)));
    }

    [Fact]
    public void Apply_RandomShift_MovesEveryImageAsANaiveLoopDoes()
    {
        const int Size = 5;
        float[] pixels = [.. Enumerable.Range(1, 3 * Size * Size).Select(i => (float)i)];
        ArrayBatchSource source = new(ArrayColumn.Floats("x", new TensorShape(Size, Size), pixels));
        Batch batch = new(source.Fields, 3);
        for (ulong seed = 0; seed < 20; seed++)
        {
            source.Read([0, 1, 2], batch);
            new RandomShift("x", Size, Size, 2).Apply(batch, new SeededRandom(seed));
            SeededRandom same = new(seed);
            for (int i = 0; i < 3; i++)
            {
                int down = same.NextInt(5) - 2;
                int right = same.NextInt(5) - 2;
                for (int row = 0; row < Size; row++)
                {
                    for (int column = 0; column < Size; column++)
                    {
                        bool inside = row - down is >= 0 and < Size && column - right is >= 0 and < Size;
                        float expected = inside ? pixels[(i * Size * Size) + ((row - down) * Size) + column - right] : 0;
                        Assert.Equal(expected, batch.GetFloats(0)[(i * Size * Size) + (row * Size) + column]);
                    }
                }
            }
        }
    }

    [Fact]
    public void Read_TextSource_TargetIsTheNextCharacter()
    {
        (long[] codes, string alphabet) = TextSource.Encode("banana nab");
        TextSource source = new(codes, 3);
        Batch batch = new(source.Fields, 2);
        source.Read([1, 2], batch);

        Assert.Equal("ana na", string.Concat(batch.GetIntegers(0).Select(code => alphabet[(int)code])));
        Assert.Equal("na nab", string.Concat(batch.GetIntegers(1).Select(code => alphabet[(int)code])));
        Assert.Equal(3, source.Count);
    }
}
