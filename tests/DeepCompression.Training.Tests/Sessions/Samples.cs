namespace DeepCompression.Training.Tests.Sessions;

/// <summary>Made-up images that a network can learn: each class has a pattern, each sample noise on it.</summary>
internal static class Samples
{
    public static void Fill(Span<float> images, Span<long> labels, int classes, int seed)
    {
        Random random = new(seed);
        int size = images.Length / labels.Length;
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = random.Next(classes);
            Random pattern = new(1000 + (int)labels[i]);
            for (int k = 0; k < size; k++)
                images[(i * size) + k] = (float)(pattern.NextDouble() + (0.5 * random.NextDouble()) - 0.75);
        }
    }
}
