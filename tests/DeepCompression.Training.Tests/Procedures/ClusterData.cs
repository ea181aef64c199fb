using DeepCompression.Training.Data;

namespace DeepCompression.Training.Tests.Procedures;

/// <summary>Images of 28 x 28 pixels that a small network learns within seconds: one blurred pattern a class, and noise.</summary>
internal static class ClusterData
{
    public const int Side = 28;

    public static ArrayBatchSource Create(int samples, ulong seed, double noise = 0.5)
    {
        SeededRandom patterns = new(99);
        float[][] centres = [.. Enumerable.Range(0, 10).Select(_ => Enumerable.Range(0, Side * Side).Select(_ => patterns.NextDouble() < 0.1 ? 1f : 0f).ToArray())];
        SeededRandom random = new(seed);
        float[] images = new float[samples * Side * Side];
        long[] labels = new long[samples];
        for (int i = 0; i < samples; i++)
        {
            labels[i] = random.NextInt(10);
            for (int pixel = 0; pixel < Side * Side; pixel++)
                images[(i * Side * Side) + pixel] = centres[labels[i]][pixel] + (float)(noise * random.NextNormal());
        }

        return new ArrayBatchSource(
            ArrayColumn.Floats("data", new TensorShape(1, Side, Side), images),
            ArrayColumn.Integers("label", new TensorShape(), labels));
    }
}
