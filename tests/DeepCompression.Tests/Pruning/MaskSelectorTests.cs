using DeepCompression.Pruning;
using FsCheck;
using FsCheck.Fluent;

namespace DeepCompression.Tests.Pruning;

public sealed class MaskSelectorTests
{
    [Fact]
    public void BySparsity_AnySaliency_PrunesAsSortingDoes() =>
        Prop.ForAll(Ints(0, 400), Ints(0, 1000), Ints(1, 40), (length, permille, values) =>
        {
            float[] saliency = [.. RandomWeights.Normal(length, length + permille).Select(value => MathF.Round(value * values) / 8)];
            AssertSame(PruneBySorting(saliency, permille / 1000d), MaskSelector.BySparsity(saliency, permille / 1000d));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void BySparsity_ManyPiecesWithTies_PrunesAsSortingDoes()
    {
        // Over several pieces of the parallel loop, with ties in all of them and a last piece that is not whole words.
        float[] saliency = [.. RandomWeights.Normal(3 * SpanLength + 77, 5).Select(value => MathF.Abs(MathF.Round(value * 4)))];
        foreach (double sparsity in (double[])[0, 0.05, 0.3, 0.5, 0.9, 0.999, 1])
            AssertSame(PruneBySorting(saliency, sparsity), MaskSelector.BySparsity(saliency, sparsity));
    }

    [Fact]
    public void BySparsity_SignedInfiniteAndSubnormalSaliencies_OrdersThemAsNumbers()
    {
        float[] saliency = [float.PositiveInfinity, -1, float.Epsilon, float.NegativeInfinity, -0f, 0f, -float.Epsilon, 3];
        for (int prune = 0; prune <= saliency.Length; prune++)
            AssertSame(PruneBySorting(saliency, prune / 8d), MaskSelector.BySparsity(saliency, prune / 8d));
    }

    [Theory]
    [InlineData(5, 0.5, 3)] // 2.5 rounds away from zero
    [InlineData(3, 0.5, 2)]
    [InlineData(10, 0.04, 0)]
    [InlineData(10, 1, 10)]
    [InlineData(0, 0.7, 0)]
    public void BySparsity_ShareThatIsNoWholeNumber_RoundsHalvesUp(int length, double sparsity, int pruned)
    {
        Assert.Equal(pruned, MaskSelector.CountPruned(length, sparsity));
        Assert.Equal(length - pruned, MaskSelector.BySparsity(new float[length], sparsity).Count);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void BySparsity_NoSparsity_Throws(double sparsity) =>
        Assert.Throws<ArgumentOutOfRangeException>("sparsity", () => MaskSelector.BySparsity(new float[3], sparsity));

    [Fact]
    public void EverySelector_NaN_NamesItsIndex()
    {
        float[] saliency = new float[SpanLength + 300];
        saliency[SpanLength + 211] = saliency[SpanLength + 290] = float.NaN;
        string index = $"element {SpanLength + 211}";
        Assert.Contains(index, Assert.Throws<ArgumentException>(() => MaskSelector.BySparsity(saliency, 0.5)).Message);
        Assert.Contains(index, Assert.Throws<ArgumentException>(() => MaskSelector.ByThreshold(saliency, 0.5f)).Message);
        Assert.Contains(index, Assert.Throws<ArgumentException>(() => MaskSelector.ByDeviation(saliency, 0.5)).Message);
        Assert.Contains(index, Assert.Throws<ArgumentException>(() => MaskSelector.ByRow(saliency, 1, 0.5)).Message);
        Assert.Contains(index, Assert.Throws<ArgumentException>(() => MaskSelector.ByPattern(saliency, saliency.Length, 2, 4)).Message);
        Assert.Contains(index, Assert.Throws<ArgumentException>(() => MaskSelector.ByBlock(saliency, saliency.Length, 1, 4, 0.5)).Message);
        Assert.Contains(index + " of weight 1", Assert.Throws<ArgumentException>(() => MaskSelector.ByGlobalSparsity([new float[4], saliency], 0.5)).Message);
    }

    [Fact]
    public void ByThreshold_SaliencyEqualToIt_IsKept()
    {
        SparsityMask mask = MaskSelector.ByThreshold([0.1f, 0.5f, 0.2f, 0.4999f], 0.5f);
        Assert.Equal([false, true, false, false], Flags(mask));
        Assert.Throws<ArgumentException>("threshold", () => MaskSelector.ByThreshold([1f], float.NaN));
    }

    [Fact]
    public void ByDeviation_NormalWeights_PrunesThoseWithinQualityDeviations()
    {
        float[] weights = [.. RandomWeights.Normal(100_000, 3).Select(value => value * 0.02f)];
        double mean = weights.Average(value => (double)value);
        double deviation = Math.Sqrt(weights.Average(value => (value - mean) * (value - mean)));
        SparsityMask mask = MaskSelector.ByDeviation(weights, 1);
        Assert.Equal(weights.Count(value => Math.Abs(value) >= (float)deviation), mask.Count);
        Assert.InRange(mask.Sparsity, 0.67, 0.70); // 68.3 % of a normal distribution
    }

    [Fact]
    public void ByDeviation_InfiniteWeightOrNegativeQuality_Throws()
    {
        Assert.Contains("Weight 1", Assert.Throws<ArgumentException>(() => MaskSelector.ByDeviation([0f, float.NegativeInfinity], 1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>("quality", () => MaskSelector.ByDeviation([0f], -1));
    }

    [Fact]
    public void ByGlobalSparsity_SeveralWeights_PrunesAsOneLongWeight() =>
        Prop.ForAll(Ints(0, 60), Ints(0, 60), Ints(0, 100), (first, second, percent) =>
        {
            float[] all = [.. RandomWeights.Normal(first + second, percent).Select(value => MathF.Round(value * 3))];
            SparsityMask[] masks = MaskSelector.ByGlobalSparsity([all.AsMemory(0, first), all.AsMemory(first)], percent / 100d);
            Assert.Equal(Bits(PruneBySorting(all, percent / 100d)), Bits(masks[0]) + Bits(masks[1]));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ByRow_EveryRow_PrunesAsSortingDoes() =>
        Prop.ForAll(Ints(1, 8), Ints(0, 50), Ints(0, 100), (rows, columns, percent) =>
        {
            float[] saliency = [.. RandomWeights.Normal(rows * columns, percent).Select(value => MathF.Round(value * 5))];
            SparsityMask mask = MaskSelector.ByRow(saliency, rows, percent / 100d);
            for (int row = 0; row < rows; row++)
                Assert.Equal(Flags(PruneBySorting(saliency[(row * columns)..((row + 1) * columns)], percent / 100d)), Flags(mask)[(row * columns)..((row + 1) * columns)]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ByPattern_TwoOfFour_KeepsTheTwoHighestOfEveryGroup()
    {
        SparsityMask mask = MaskSelector.ByPattern([1, 4, 3, 2, 5, 5, 5, 5, /**/ 9, 1, 1, 1, 3, 2, 1, 4], 8, 2, 4);
        Assert.Equal("0110001110011001", Bits(mask)); // of equal saliencies the lower index is pruned first
        Assert.Equal(0.5, mask.Sparsity);
    }

    [Fact]
    public void ByPattern_RowThatIsNoWholeNumberOfGroups_KeepsUpToNOfTheRest() =>
        Assert.Equal("10101" + "00111", Bits(MaskSelector.ByPattern([2, 1, 2, 1, 0, /**/ 0, 0, 7, 7, 7], 5, 2, 4)));

    [Fact]
    public void ByBlock_BlocksOfTwoByTwo_PrunesThoseOfLowestMean()
    {
        // Means: 1, 5, 2 (edge) / 4, 0.5, 9 (edge): two of six are pruned.
        float[] saliency =
        [
            1, 1, 5, 5, 2,
            1, 1, 5, 5, 2,
            4, 4, 1, 0, 9,
        ];
        Assert.Equal("00111" + "00111" + "11001", Bits(MaskSelector.ByBlock(saliency, 5, 2, 2, 1 / 3d)));
    }

    [Fact]
    public void StructuredSelectors_SizesThatDoNotFit_Throw()
    {
        Assert.Throws<ArgumentException>("saliency", () => MaskSelector.ByRow(new float[7], 2, 0.5));
        Assert.Throws<ArgumentException>("saliency", () => MaskSelector.ByPattern(new float[7], 2, 1, 2));
        Assert.Throws<ArgumentException>("saliency", () => MaskSelector.ByBlock(new float[7], 2, 1, 2, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>("keep", () => MaskSelector.ByPattern(new float[4], 4, 3, 2));
        Assert.Throws<ArgumentOutOfRangeException>("rows", () => MaskSelector.ByRow(new float[4], 0, 0.5));
    }

    private const int SpanLength = 1 << 18;

    private static Arbitrary<int> Ints(int low, int high) => Gen.Choose(low, high).ToArbitrary();

    /// <summary>The oracle: a stable sort, so of equal saliencies the lower index comes first.</summary>
    private static SparsityMask PruneBySorting(float[] saliency, double sparsity)
    {
        bool[] kept = new bool[saliency.Length];
        Array.Fill(kept, true);
        int pruned = (int)Math.Round(saliency.Length * sparsity, MidpointRounding.AwayFromZero);
        foreach (int index in Enumerable.Range(0, saliency.Length).OrderBy(index => saliency[index]).Take(pruned))
            kept[index] = false;
        return new SparsityMask(kept);
    }

    private static void AssertSame(SparsityMask expected, SparsityMask actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.True(expected.Words.SequenceEqual(actual.Words));
    }

    private static bool[] Flags(SparsityMask mask) => [.. Enumerable.Range(0, mask.Length).Select(index => mask[index])];

    private static string Bits(SparsityMask mask) => string.Concat(Flags(mask).Select(kept => kept ? '1' : '0'));
}
