namespace DeepCompression.Training.Data;

/// <summary>The images of a batch, each of one plane or more.</summary>
internal static class ImagePlanes
{
    /// <summary>All planes of a batch, one after the other.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="field">The tensor that holds the images.</param>
    /// <param name="height">Pixel rows of a plane.</param>
    /// <param name="width">Pixel columns of a plane.</param>
    /// <param name="sample">The elements of a sample: a whole number of planes.</param>
    /// <exception cref="ArgumentException">The batch lacks the tensor, or its samples are no whole number of planes.</exception>
    public static Span<float> Of(Batch batch, string field, int height, int width, out int sample)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int index = batch.IndexOf(field), plane = height * width;
        sample = batch.Fields[index].SampleShape.Length;
        if (plane == 0 || sample % plane != 0)
            throw new ArgumentException($"A sample of '{field}' has {sample} elements, no whole number of planes of {height}x{width}.", nameof(batch));
        return batch.GetFloats(index);
    }
}
