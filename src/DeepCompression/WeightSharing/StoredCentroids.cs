namespace DeepCompression.WeightSharing;

/// <summary>
/// Centroids rounded to the element type of their weight, ascending and distinct, and the boundaries between them. A centroid that is or
/// becomes zero is stored as -0: the bit pattern of +0 is that of a pruned weight alone, and a subnormal in its place would slow kernels
/// down.
/// </summary>
internal sealed class StoredCentroids
{
    /// <summary>Rounds centroids.</summary>
    /// <param name="type">The type to round to.</param>
    /// <param name="centroids">Ascending; may be equal.</param>
    /// <param name="boundaries">The points between centroids; null where each weight takes the nearest of the rounded ones.</param>
    public StoredCentroids(ElementType type, ReadOnlySpan<double> centroids, double[]? boundaries)
    {
        int size = type.GetSize();
        Bytes = new byte[centroids.Length * size];
        double[] values = new double[centroids.Length];
        List<double> kept = [];
        for (int i = 0; i < centroids.Length; i++)
        {
            WeightValues.WriteElement(type, centroids[i], Bytes, Count);
            double stored = WeightValues.ReadElement(type, Bytes, Count);
            if (stored == 0)
                WeightValues.WriteElement(type, -0.0, Bytes, Count);
            if (Count > 0 && stored == values[Count - 1])
                continue; // one with the centroid before
            if (Count > 0 && boundaries is not null)
                kept.Add(boundaries[i - 1]);
            values[Count++] = stored;
        }

        Bytes = Bytes[..(Count * size)];
        Boundaries = boundaries is null ? Lloyd.Midpoints(values.AsSpan(0, Count)) : [.. kept];
    }

    /// <summary>The number of distinct centroids.</summary>
    public int Count { get; }

    /// <summary>The centroids, little-endian.</summary>
    public byte[] Bytes { get; }

    /// <summary>The points between centroids: a weight at one belongs to the centroid after it.</summary>
    public double[] Boundaries { get; }
}
