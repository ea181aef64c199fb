namespace DeepCompression.Coding;

/// <summary>The codebook and the code lengths of a blob, one range-coded stream (FORMAT.md, "Side information").</summary>
internal static class SideInformation
{
    private const int GroupSizeBits = 9; // 0 to 256

    public static void Write(ByteWriter writer, PackedHeader header, CanonicalCodebook? codebook, CanonicalCode? index, ReadOnlySpan<CanonicalCode> planes)
    {
        RangeEncoder encoder = new(writer);
        if (codebook is not null)
        {
            CodebookCoder coder = new(header.ElementType.GetSize() * 8);
            foreach (ulong[] group in codebook.Ordinals)
            {
                if (header.Groups > 1)
                    encoder.CodeDirect((uint)group.Length, GroupSizeBits);
                coder.Code(ref encoder, group);
            }
        }

        if (header.Coder == EntropyCoder.Huffman)
            WriteCodeLengths(ref encoder, index, planes);
        encoder.Finish();
    }

    /// <summary>Bytes that code lengths take by themselves.</summary>
    public static int GetCodeLengthBytes(CanonicalCode? index, ReadOnlySpan<CanonicalCode> planes)
    {
        ByteWriter writer = new();
        RangeEncoder encoder = new(writer);
        WriteCodeLengths(ref encoder, index, planes);
        encoder.Finish();
        return writer.Length;
    }

    public static (ulong[][]? Ordinals, CanonicalCode? Index, CanonicalCode[] Planes) Read(ReadOnlySpan<byte> side, PackedHeader header)
    {
        RangeDecoder decoder = new(side);
        ulong[][]? ordinals = header.IsShared ? ReadCodebook(ref decoder, header, side.Length) : null;
        CanonicalCode? index = null;
        CanonicalCode[] planes = [];
        if (header.Coder == EntropyCoder.Huffman)
        {
            if (header.Form != PackingForm.Dense)
                index = ReadCode(ref decoder, header.Form == PackingForm.Gaps ? 1 << header.GapBits : Histogram.SymbolCount);
            planes = new CanonicalCode[header.IsShared ? 1 : header.ElementType.GetSize()];
            foreach (ref CanonicalCode plane in planes.AsSpan())
                plane = ReadCode(ref decoder, header.IsShared ? header.CodebookSize : Histogram.SymbolCount);
        }

        if (header.HasZero && header.Form != PackingForm.Dense && planes.Length > 0 && planes[0].Lengths[0] != 0)
            throw new InvalidDataException($"Offset {header.HeaderBytes}: code 0, the zero, has a length of {planes[0].Lengths[0]}, expected 0 where only non-zeros have codes.");
        decoder.ThrowIfNotAtEnd($"Offset {header.HeaderBytes}: the side information");
        return (ordinals, index, planes);
    }

    private static void WriteCodeLengths(ref RangeEncoder encoder, CanonicalCode? index, ReadOnlySpan<CanonicalCode> planes)
    {
        if (index is not null)
            CodeLengthCoder.Code(ref encoder, index.Lengths.ToArray());
        foreach (CanonicalCode plane in planes)
            CodeLengthCoder.Code(ref encoder, plane.Lengths.ToArray());
    }

    private static CanonicalCode ReadCode(ref RangeDecoder decoder, int symbols)
    {
        byte[] lengths = new byte[symbols];
        CodeLengthCoder.Code(ref decoder, lengths);
        return new CanonicalCode(lengths);
    }

    private static ulong[][] ReadCodebook(ref RangeDecoder decoder, PackedHeader header, int sideBytes)
    {
        int most = header.CodebookSize - (header.HasZero ? 1 : 0);
        int bits = header.ElementType.GetSize() * 8;

        // Every centroid is used, and a group's size takes 9 bits: this bounds what is allocated below.
        int groupLength = header.Shape.Length / header.Groups;
        if (most > groupLength)
            throw new InvalidDataException($"Offset {header.HeaderBytes}: {most} centroids for a group of {groupLength} elements, expected no more than elements.");
        if (header.Groups > 1 && (long)header.Groups * GroupSizeBits / 8 > sideBytes + 8L)
            throw new InvalidDataException($"Offset {header.HeaderBytes}: side information of {sideBytes} bytes cannot hold {header.Groups} groups.");
        if ((long)header.Groups * header.CodebookSize * header.ElementType.GetSize() > Array.MaxLength)
            throw new InvalidDataException($"Offset {header.HeaderBytes}: a codebook of {header.Groups} groups with {header.CodebookSize} centroids does not fit one array.");

        CodebookCoder coder = new(bits);
        ulong[][] ordinals = new ulong[header.Groups][];
        int largest = 0;
        for (int group = 0; group < header.Groups; group++)
        {
            int count = header.Groups > 1 ? (int)decoder.CodeDirect(0, GroupSizeBits) : most;
            if (count > most)
                throw new InvalidDataException($"Offset {header.HeaderBytes}: group {group} has {count} centroids, expected at most {most}.");
            largest = Math.Max(largest, count);
            ordinals[group] = new ulong[count];
            coder.Code(ref decoder, ordinals[group]);
        }

        if (largest != most)
            throw new InvalidDataException($"Offset {header.HeaderBytes}: the largest group has {largest} centroids, expected {most}.");
        return ordinals;
    }
}
