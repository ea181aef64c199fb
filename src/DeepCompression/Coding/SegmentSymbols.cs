using System.Runtime.InteropServices;
using DeepCompression.Sparse;

namespace DeepCompression.Coding;

/// <summary>The decoded symbols of one segment, in rented arrays.</summary>
internal readonly ref struct SegmentSymbols
{
    private readonly byte[]? _positions;
    private readonly byte[] _planes;

    private SegmentSymbols(byte[]? positions, int positionCount, byte[] planes, int planeLength, int planeCount)
    {
        (_positions, _planes, PlaneLength) = (positions, planes, planeLength);
        Positions = AsPositions(positions)[..positionCount];
        Planes = planes.AsSpan(0, planeLength * planeCount);
    }

    /// <summary>The elements that are not zero, ascending, counted from the segment's start; empty in the dense form.</summary>
    public ReadOnlySpan<int> Positions { get; }

    /// <summary>Symbols a plane.</summary>
    public int PlaneLength { get; }

    /// <summary>The planes one after the other.</summary>
    public ReadOnlySpan<byte> Planes { get; }

    public static SegmentSymbols Read(BlobLayout layout, ReadOnlySpan<byte> blob, int segment, int elements)
    {
        try
        {
            return layout.Header.Coder == EntropyCoder.Range ? ReadRange(layout, blob, segment, elements) : ReadHuffman(layout, blob, segment, elements);
        }
        catch (InvalidDataException bad) when (BadData.LacksOffset(bad))
        {
            throw BadData.At(layout.GetSegmentOffset(segment), $"segment {segment}", bad);
        }
    }

    public ReadOnlySpan<byte> GetPlane(int plane) => Planes.Slice(plane * PlaneLength, PlaneLength);

    public void Return()
    {
        SegmentArrays.Pool.Return(_planes);
        if (_positions is not null)
            SegmentArrays.Pool.Return(_positions);
    }

    private static SegmentSymbols ReadHuffman(BlobLayout layout, ReadOnlySpan<byte> blob, int segment, int elements)
    {
        ByteReader reader = layout.GetSegment(blob, segment);
        int count = elements;
        byte[]? positions = null;
        if (layout.Header.Form != PackingForm.Dense)
        {
            positions = SegmentArrays.Pool.Rent(elements * sizeof(int));
            count = ReadPositions(layout, ref reader, elements, AsPositions(positions));
        }

        int planeCount = layout.PlaneCount;
        byte[] planes = SegmentArrays.Pool.Rent(count * planeCount);
        for (int plane = 0; plane < planeCount; plane++)
            HuffmanStreams.Read(ref reader, layout.Planes[plane], planes.AsSpan(plane * count, count), layout.Header.IsShared ? "codes" : "values");
        reader.ThrowIfNotAtEnd($"segment {segment}");
        return new SegmentSymbols(positions, positions is null ? 0 : count, planes, count, planeCount);
    }

    private static SegmentSymbols ReadRange(BlobLayout layout, ReadOnlySpan<byte> blob, int segment, int elements)
    {
        ByteReader reader = layout.GetSegment(blob, segment);
        int start = Segments.GetStart(segment);
        byte[] flags = SegmentArrays.Pool.Rent(elements);
        int count = RangeSegment.ReadFlags(ref reader, layout.Header, start, flags.AsSpan(0, elements));
        byte[] planes = SegmentArrays.Pool.Rent(count * layout.PlaneCount);
        RangeSegment.ReadPlanes(ref reader, layout.Header, layout.Ranks, start, flags.AsSpan(0, elements), planes.AsSpan(0, count * layout.PlaneCount), layout.PlaneCount);
        byte[]? positions = null;
        if (layout.Header.Form != PackingForm.Dense)
        {
            positions = SegmentArrays.Pool.Rent(elements * sizeof(int));
            Span<int> all = AsPositions(positions);
            for (int i = 0, next = 0; i < elements; i++)
            {
                all[next] = i;
                next += flags[i];
                if (next == count)
                    break;
            }
        }

        SegmentArrays.Pool.Return(flags);
        return new SegmentSymbols(positions, positions is null ? 0 : count, planes, count, layout.PlaneCount);
    }

    private static Span<int> AsPositions(byte[]? array) => MemoryMarshal.Cast<byte, int>(array.AsSpan());

    private static int ReadPositions(BlobLayout layout, ref ByteReader reader, int elements, Span<int> positions)
    {
        if (layout.Header.Form == PackingForm.Gaps)
        {
            int count = (int)reader.ReadVarint("the number of gaps", elements);
            byte[] gaps = SegmentArrays.Pool.Rent(count);
            HuffmanStreams.Read(ref reader, layout.Index!, gaps.AsSpan(0, count), "gaps");
            count = GapSymbols.Read(gaps.AsSpan(0, count), layout.Header.GapBits, elements, positions);
            SegmentArrays.Pool.Return(gaps);
            return count;
        }

        byte[] mask = SegmentArrays.Pool.Rent(MaskBytes.GetLength(elements));
        byte[] words = SegmentArrays.Pool.Rent((elements + 63) / 64 * sizeof(ulong));
        Span<ulong> used = MemoryMarshal.Cast<byte, ulong>(words.AsSpan())[..((elements + 63) / 64)];
        HuffmanStreams.Read(ref reader, layout.Index!, mask.AsSpan(0, MaskBytes.GetLength(elements)), "the mask");
        MaskBytes.Read(mask.AsSpan(0, MaskBytes.GetLength(elements)), used);
        if (elements % 64 != 0 && used[^1] >> (elements % 64) != 0)
            throw new InvalidDataException($"Offset {reader.Offset}: the mask has ones beyond its {elements} elements.");
        int nonZeros = NonZeroScan.WritePositions(used, positions);
        SegmentArrays.Pool.Return(mask);
        SegmentArrays.Pool.Return(words);
        return nonZeros;
    }
}
