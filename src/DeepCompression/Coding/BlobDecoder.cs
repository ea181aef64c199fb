namespace DeepCompression.Coding;

/// <summary>Decodes the segments of a blob into an array of codes or values that is as long as the weight.</summary>
internal static class BlobDecoder
{
    /// <summary>Elements that are cleared and filled at a time, so that they stay in the first-level cache.</summary>
    private const int BlockElements = 1 << 12;

    /// <summary>Decodes one segment of a shared weight, looking up <paramref name="centroids"/> by code.</summary>
    /// <param name="layout">The blob taken apart.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="centroids">256 entries; entry 0 is the zero.</param>
    /// <param name="destination">The elements of the segment.</param>
    public static void DecodeShared<T>(BlobLayout layout, ReadOnlySpan<byte> blob, int segment, ReadOnlySpan<T> centroids, Span<T> destination)
        where T : unmanaged
    {
        SegmentSymbols symbols = SegmentSymbols.Read(layout, blob, segment, destination.Length);
        try
        {
            ReadOnlySpan<byte> codes = symbols.GetPlane(0);
            centroids = centroids[..Codebook.MaxSize];
            if (layout.Header.Form == PackingForm.Dense)
            {
                for (int i = 0; i < codes.Length; i++)
                    destination[i] = centroids[codes[i]];
                return;
            }

            ReadOnlySpan<int> positions = symbols.Positions;
            codes = codes[..positions.Length];
            for (int start = 0, entry = 0; start < destination.Length; start += BlockElements)
            {
                int end = Math.Min(start + BlockElements, destination.Length);
                destination[start..end].Clear();
                for (; entry < positions.Length && positions[entry] < end; entry++)
                    destination[positions[entry]] = centroids[codes[entry]];
            }
        }
        finally
        {
            symbols.Return();
        }
    }

    /// <summary>Decodes one segment of a weight with values of its own.</summary>
    public static void DecodeValues(BlobLayout layout, ReadOnlySpan<byte> blob, int segment, int elements, Span<byte> destination)
    {
        int size = layout.PlaneCount;
        SegmentSymbols symbols = SegmentSymbols.Read(layout, blob, segment, elements);
        try
        {
            if (layout.Header.Form == PackingForm.Dense)
            {
                ValuePlanes.Merge(symbols.Planes, symbols.PlaneLength, size, destination);
                return;
            }

            byte[] values = SegmentArrays<byte>.Pool.Rent(symbols.PlaneLength * size);
            ValuePlanes.Merge(symbols.Planes, symbols.PlaneLength, size, values.AsSpan(0, symbols.PlaneLength * size));
            destination.Clear();
            for (int entry = 0; entry < symbols.PlaneLength; entry++)
                values.AsSpan(entry * size, size).CopyTo(destination[(symbols.Positions[entry] * size)..]);
            SegmentArrays<byte>.Pool.Return(values);
        }
        finally
        {
            symbols.Return();
        }
    }
}
