using DeepCompression.Training.Data;

namespace DeepCompression.Training.Tests.Data;

public sealed class RandomWarpTests
{
    private const int Height = 21;
    private const int Width = 27;

    [Fact]
    public void Apply_NothingAsked_ChangesNothing()
    {
        Batch batch = Noise();
        float[] before = [.. batch.GetFloats(0)];
        new RandomWarp("data", Height, Width).Apply(batch, new SeededRandom(1));
        Assert.Equal(before, batch.GetFloats(0));
    }

    [Fact]
    public void Apply_SameStreamTwice_GivesTheSameImagesWithinTheirRange()
    {
        RandomWarp warp = new("data", Height, Width) { Degrees = 20, Scale = 0.2, Pixels = 2, Bend = 1.5 };
        Batch first = Noise(), second = Noise();
        float[] before = [.. first.GetFloats(0)];
        warp.Apply(first, new SeededRandom(3));
        warp.Apply(second, new SeededRandom(3));

        Assert.Equal(first.GetFloats(0), second.GetFloats(0));
        Assert.NotEqual(before, first.GetFloats(0));
        Assert.All(first.GetFloats(0), value => Assert.InRange(value, 0, before.Max()));
    }

    [Fact]
    public void Apply_Scale_StretchesARampAboutItsMiddle()
    {
        // A ramp of the columns is a ramp again: all differences are one over the change of size, and the middle stays.
        Batch batch = new([new BatchField("data", FieldType.Float32, new TensorShape(1, Height, Width))], 4);
        float[] values = batch.GetFloats(0);
        for (int i = 0; i < values.Length; i++)
            values[i] = 100 + (i % Width);
        new RandomWarp("data", Height, Width) { Scale = 0.25 }.Apply(batch, new SeededRandom(5));

        int middle = Width / 2;
        for (int image = 0; image < 4; image++)
        {
            ReadOnlySpan<float> row = values.AsSpan((image * Height * Width) + (Height / 2 * Width), Width);
            Assert.Equal(100f + middle, row[middle], 1e-3f);
            float slope = row[middle + 1] - row[middle];
            Assert.InRange(slope, 1 / 1.25f, 1 / 0.75f);
            for (int c = middle - 8; c < middle + 8; c++)
                Assert.Equal(slope, row[c + 1] - row[c], 1e-3f);
        }
    }

    [Fact]
    public void Apply_Turn_KeepsARoundImageAndMovesAPointOnACircle()
    {
        Batch batch = new([new BatchField("data", FieldType.Float32, new TensorShape(1, Width, Width))], 1);
        float[] values = batch.GetFloats(0);
        int middle = Width / 2;
        values[(middle * Width) + middle + 9] = 1;
        new RandomWarp("data", Width, Width) { Degrees = 80 }.Apply(batch, new SeededRandom(2));

        double sum = values.Sum(), row = 0, column = 0;
        for (int i = 0; i < values.Length; i++)
            (row, column) = (row + (values[i] * (i / Width)), column + (values[i] * (i % Width)));
        double distance = Math.Sqrt(Math.Pow((row / sum) - middle, 2) + Math.Pow((column / sum) - middle, 2));
        Assert.InRange(distance, 8.5, 9.5);
    }

    private static Batch Noise()
    {
        Batch batch = new([new BatchField("data", FieldType.Float32, new TensorShape(1, Height, Width))], 3);
        SeededRandom random = new(9);
        foreach (ref float value in batch.GetFloats(0).AsSpan())
            value = (float)random.NextDouble();
        return batch;
    }
}
