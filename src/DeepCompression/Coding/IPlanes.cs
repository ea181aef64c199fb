namespace DeepCompression.Coding;

/// <summary>What is coded of an element: its code, or the bytes of its value, one plane each.</summary>
internal interface IPlanes
{
    /// <summary>Bytes an element.</summary>
    int Count { get; }

    /// <summary>How often each byte occurs in each plane over all non-zeros; counts beyond the alphabet are left out.</summary>
    long[][] NonZeroCounts { get; }

    /// <summary>Writes a plane of all elements from <paramref name="start"/> on.</summary>
    void GatherAll(int plane, int start, Span<byte> destination);

    /// <summary>Writes a plane of the elements that a mask, which begins at <paramref name="start"/>, has ones for.</summary>
    void GatherNonZeros(int plane, int start, ReadOnlySpan<ulong> mask, Span<byte> destination);
}
