namespace DeepCompression.WeightSharing;

/// <summary>
/// Centroids rounded to the element type of their weight, ascending and distinct. A centroid that is or becomes zero is stored as -0:
/// the bit pattern of +0 is that of a pruned weight alone, and a subnormal in its place would slow kernels down.
/// </summary>
internal sealed class StoredCentroids
{
    public StoredCentroids(ElementType type, ReadOnlySpan<double> centroids)
    {
        int size = type.GetSize();
        Bytes = new byte[centroids.Length * size];
        double[] values = new double[centroids.Length];
        int count = 0;
        foreach (double centroid in centroids)
        {
            WeightValues.WriteElement(type, centroid, Bytes, count);
            double stored = WeightValues.ReadElement(type, Bytes, count);
            if (stored == 0)
                WeightValues.WriteElement(type, -0.0, Bytes, count);
            if (count == 0 || stored != values[count - 1])
                values[count++] = stored;
        }

        Values = values[..count];
        Bytes = Bytes[..(count * size)];
    }

    /// <summary>The centroids, exactly as stored.</summary>
    public double[] Values { get; }

    /// <summary>The centroids, little-endian.</summary>
    public byte[] Bytes { get; }
}
