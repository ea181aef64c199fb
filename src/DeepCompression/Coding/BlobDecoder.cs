using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepCompression.Coding;

/// <summary>Decodes the segments of a blob into codes or values, block by block.</summary>
internal static class BlobDecoder
{
    /// <summary>Elements that are cleared and filled at a time, so that they stay in the first-level cache.</summary>
    private const int BlockElements = 1 << 12;

    /// <summary>Decodes one segment of a shared weight, looking up centroids by code.</summary>
    /// <param name="layout">The blob taken apart.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="centroids">256 entries a group; entry 0 is the zero.</param>
    /// <param name="groupLength">Elements a group.</param>
    /// <param name="sink">Takes the elements of the segment.</param>
    public static void DecodeShared<T>(BlobLayout layout, ReadOnlySpan<byte> blob, int segment, ReadOnlySpan<T> centroids, int groupLength, IDenseSink sink)
        where T : unmanaged
    {
        int first = Segments.GetStart(segment), elements = Segments.GetLength(layout.Header.Shape.Length, segment);
        SegmentSymbols symbols = SegmentSymbols.Read(layout, blob, segment, elements);
        try
        {
            ReadOnlySpan<byte> codes = symbols.GetPlane(0);
            ReadOnlySpan<int> positions = symbols.Positions;
            bool isDense = layout.Header.Form == PackingForm.Dense;
            for (int start = 0, entry = 0; start < elements; start += BlockElements)
            {
                int end = Math.Min(start + BlockElements, elements);
                Span<T> block = MemoryMarshal.Cast<byte, T>(sink.GetBlock((end - start) * Unsafe.SizeOf<T>()));
                if (!isDense)
                    block.Clear();
                for (int from = start; from < end;)
                {
                    int group = (first + from) / groupLength;
                    int to = Math.Min(end, ((group + 1) * groupLength) - first);
                    ReadOnlySpan<T> own = centroids.Slice(group * Codebook.MaxSize, Codebook.MaxSize);
                    if (isDense)
                        LookUp(codes[from..to], own, block[(from - start)..]);
                    else
                        entry += Scatter(positions[entry..], codes[entry..], own, start, to, block);
                    from = to;
                }
            }
        }
        finally
        {
            symbols.Return();
        }
    }

    /// <summary>Decodes one segment of a weight with values of its own.</summary>
    public static void DecodeValues(BlobLayout layout, ReadOnlySpan<byte> blob, int segment, IDenseSink sink)
    {
        int size = layout.PlaneCount;
        int elements = Segments.GetLength(layout.Header.Shape.Length, segment);
        SegmentSymbols symbols = SegmentSymbols.Read(layout, blob, segment, elements);
        byte[] values = SegmentArrays.Pool.Rent(BlockElements * size);
        try
        {
            bool isDense = layout.Header.Form == PackingForm.Dense;
            ReadOnlySpan<int> positions = symbols.Positions;
            for (int start = 0, entry = 0; start < elements; start += BlockElements)
            {
                int end = Math.Min(start + BlockElements, elements);
                Span<byte> block = sink.GetBlock((end - start) * size);
                if (isDense)
                {
                    ValuePlanes.Merge(symbols.Planes[start..], symbols.PlaneLength, size, block);
                    continue;
                }

                block.Clear();
                int last = entry;
                while (last < positions.Length && positions[last] < end)
                    last++;
                if (last == entry)
                    continue;
                ValuePlanes.Merge(symbols.Planes[entry..], symbols.PlaneLength, size, values.AsSpan(0, (last - entry) * size));
                for (int i = 0; entry < last; i++, entry++)
                    values.AsSpan(i * size, size).CopyTo(block[((positions[entry] - start) * size)..]);
            }
        }
        finally
        {
            SegmentArrays.Pool.Return(values);
            symbols.Return();
        }
    }

    // Optimized at once: these loops run for tens of milliseconds in all, which is over before they would be found to be hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LookUp<T>(ReadOnlySpan<byte> codes, ReadOnlySpan<T> centroids, Span<T> block)
    {
        block = block[..codes.Length];
        for (int i = 0; i < codes.Length; i++)
            block[i] = centroids[codes[i]];
    }

    /// <summary>Writes the coded elements below <paramref name="end"/>; returns how many there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Scatter<T>(ReadOnlySpan<int> positions, ReadOnlySpan<byte> codes, ReadOnlySpan<T> centroids, int start, int end, Span<T> block)
    {
        codes = codes[..positions.Length];
        int entry = 0;
        for (; entry < positions.Length && positions[entry] < end; entry++)
            block[positions[entry] - start] = centroids[codes[entry]];
        return entry;
    }
}
