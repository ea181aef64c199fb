namespace DeepCompression.Coding;

/// <summary>A segment under the range coder: a stream of significance where there are zeros, then one of codes or values.</summary>
internal static class RangeSegment
{
    /// <summary>Writes a segment; returns the bytes of its index.</summary>
    public static int Write(ByteWriter writer, IPlanes planes, NonZeroMask? mask, TensorShape shape, CentroidRanks? ranks, int segment)
    {
        int start = Segments.GetStart(segment);
        int length = Segments.GetLength(shape.Length, segment);
        Neighbourhood neighbourhood = new(shape);
        byte[] flags = SegmentArrays.Pool.Rent(length);
        Span<byte> used = flags.AsSpan(0, length);
        used.Fill(1);
        int count = length;
        int indexBytes = 0;
        if (mask is not null)
        {
            count = mask.SegmentNonZeros[segment];
            WriteFlags(mask.GetWords(segment), used);
            ByteWriter index = new(1024);
            RangeEncoder encoder = new(index);
            SignificanceModel.Code(ref encoder, neighbourhood, start, used);
            encoder.Finish();
            writer.WriteVarint((uint)index.Length);
            writer.Write(index.Written);
            indexBytes = writer.Length;
        }

        byte[] bytes = SegmentArrays.Pool.Rent(Math.Max(count * planes.Count, 1));
        for (int plane = 0; plane < planes.Count; plane++)
        {
            if (mask is null)
                planes.GatherAll(plane, start, bytes.AsSpan(plane * count, count));
            else
                planes.GatherNonZeros(plane, start, mask.GetWords(segment), bytes.AsSpan(plane * count));
        }

        RangeEncoder values = new(writer);
        Code(ref values, neighbourhood, ranks, start, used, bytes.AsSpan(0, count * planes.Count), planes.Count);
        values.Finish();
        SegmentArrays.Pool.Return(flags);
        SegmentArrays.Pool.Return(bytes);
        return indexBytes;
    }

    /// <summary>Reads the flags of a segment; returns the number of ones.</summary>
    public static int ReadFlags(ref ByteReader reader, PackedHeader header, int start, Span<byte> flags)
    {
        if (header.Form == PackingForm.Dense)
        {
            flags.Fill(1);
            return flags.Length;
        }

        int offset = reader.Offset;
        RangeDecoder decoder = new(reader.ReadBytes(reader.ReadVarint("the length of the mask", int.MaxValue), "the mask"));
        flags.Clear();
        int count = SignificanceModel.Code(ref decoder, new Neighbourhood(header.Shape), start, flags);
        decoder.ThrowIfNotAtEnd($"Offset {offset}: the mask");
        return count;
    }

    /// <summary>Reads the codes or values of a segment.</summary>
    public static void ReadPlanes(ref ByteReader reader, PackedHeader header, CentroidRanks? ranks, int start, ReadOnlySpan<byte> flags, Span<byte> planes, int planeCount)
    {
        int offset = reader.Offset;
        RangeDecoder decoder = new(reader.ReadBytes(reader.Remaining, "codes"));
        planes.Clear();
        Code(ref decoder, new Neighbourhood(header.Shape), ranks, start, flags, planes, planeCount);
        decoder.ThrowIfNotAtEnd($"Offset {offset}: the stream of codes or values");
    }

    private static void Code<TCoder>(ref TCoder coder, Neighbourhood neighbourhood, CentroidRanks? ranks, int start, ReadOnlySpan<byte> flags, Span<byte> planes, int planeCount)
        where TCoder : struct, IBitCoder, allows ref struct
    {
        if (planes.Length == 0)
            return;
        if (ranks is not null)
            new CodeModel(neighbourhood, ranks).Code(ref coder, start, flags, planes);
        else
            ValueModel.Code(ref coder, neighbourhood, start, flags, planes, planeCount);
    }

    private static void WriteFlags(ReadOnlySpan<ulong> words, Span<byte> flags)
    {
        for (int i = 0; i < flags.Length; i++)
            flags[i] = (byte)((words[i >> 6] >> i) & 1);
    }
}
