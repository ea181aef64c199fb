namespace DeepCompression.Training.Data;

/// <summary>Moves each image of a batch by up to some pixels in each direction; what comes in from outside is 0.</summary>
/// <param name="Field">The tensor that holds the images.</param>
/// <param name="Height">Pixel rows.</param>
/// <param name="Width">Pixel columns. A sample of several planes has them one after the other.</param>
/// <param name="Pixels">The farthest move, at least 0, in pixels.</param>
public sealed record RandomShift(string Field, int Height, int Width, int Pixels) : IAugmentation
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The batch lacks the tensor, or its samples are no whole number of planes.</exception>
    public void Apply(Batch batch, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<float> all = ImagePlanes.Of(batch, Field, Height, Width, out int sample);
        int plane = Height * Width;
        float[] before = new float[plane];
        for (int i = 0; i < batch.Size; i++)
        {
            int down = random.NextInt((2 * Pixels) + 1) - Pixels;
            int right = random.NextInt((2 * Pixels) + 1) - Pixels;
            for (int start = i * sample; start < (i + 1) * sample; start += plane)
            {
                Span<float> image = all.Slice(start, plane);
                image.CopyTo(before);
                Move(before, image, down, right);
            }
        }
    }

    private void Move(ReadOnlySpan<float> source, Span<float> destination, int down, int right)
    {
        destination.Clear();
        int columns = Width - Math.Abs(right);
        if (columns <= 0)
            return;
        for (int row = Math.Max(0, down); row < Math.Min(Height, Height + down); row++)
        {
            int from = ((row - down) * Width) + Math.Max(0, -right);
            source.Slice(from, columns).CopyTo(destination[((row * Width) + Math.Max(0, right))..]);
        }
    }
}
