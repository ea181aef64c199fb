namespace DeepCompression.Coding;

/// <summary>A blob taken apart and checked as far as that goes without decoding symbols.</summary>
internal sealed class BlobLayout
{
    private readonly int[] _segmentOffsets;

    private BlobLayout(PackedHeader header, ulong[][]? ordinals, CanonicalCode? index, CanonicalCode[] planes, int[] segmentOffsets)
    {
        (Header, _segmentOffsets) = (header, segmentOffsets);
        if (ordinals is not null)
        {
            Codebook = CanonicalCodebook.Make(header.ElementType, header.HasZero, ordinals);
            Ranks = new CentroidRanks(ordinals, header.HasZero, header.ElementType.GetSize() * 8, header.Shape.Length / header.Groups);
        }

        Index = index is null ? null : new HuffmanDecoder(index);
        Planes = [.. planes.Select(plane => new HuffmanDecoder(plane))];
    }

    public PackedHeader Header { get; }

    public Codebook? Codebook { get; }

    /// <summary>Signs and ranks of codes; null without a codebook.</summary>
    public CentroidRanks? Ranks { get; }

    public HuffmanDecoder? Index { get; }

    public HuffmanDecoder[] Planes { get; }

    /// <summary>Bytes of an element that are coded: 1 for codes.</summary>
    public int PlaneCount => Header.IsShared ? 1 : Header.ElementType.GetSize();

    public static BlobLayout Read(ReadOnlySpan<byte> blob)
    {
        BlobHeader.ThrowIfChecksumDiffers(blob);
        PackedHeader header = BlobHeader.Read(blob);
        if (header.Shape.Length * (header.IsShared ? 1L : header.ElementType.GetSize()) > Array.MaxLength)
            throw new InvalidDataException($"A {header.ElementType} weight of shape {header.Shape} does not fit one array.");

        ByteReader reader = new(blob[..^BlobHeader.ChecksumBytes], header.HeaderBytes);
        ReadOnlySpan<byte> side = reader.ReadBytes(header.SideBytes, "the side information");
        try
        {
            var (ordinals, index, planes) = SideInformation.Read(side, header);
            return new BlobLayout(header, ordinals, index, planes, ReadSegmentOffsets(ref reader, header));
        }
        catch (InvalidDataException bad) when (BadData.LacksOffset(bad))
        {
            throw BadData.At(header.HeaderBytes, "the side information", bad);
        }
    }

    public int GetSegmentOffset(int segment) => _segmentOffsets[segment];

    public ByteReader GetSegment(ReadOnlySpan<byte> blob, int segment) => new(blob[.._segmentOffsets[segment + 1]], _segmentOffsets[segment]);

    public static void WriteSegments(ByteWriter writer, ByteWriter[] segments)
    {
        foreach (ByteWriter segment in segments.Length > 1 ? segments : [])
            writer.WriteVarint((uint)segment.Length);
        foreach (ByteWriter segment in segments)
            writer.Write(segment.Written);
    }

    private static int[] ReadSegmentOffsets(ref ByteReader reader, PackedHeader header)
    {
        int count = Segments.Count(header.Shape.Length);
        if (count == 0)
        {
            reader.ThrowIfNotAtEnd("the side information of a weight without elements");
            return [];
        }

        // More than one segment: a byte each at least, so that a lying shape does not make a long array.
        if (count > 1 && count > reader.Remaining)
            throw new InvalidDataException($"Offset {reader.Offset}: {count} segments of a weight of shape {header.Shape} were expected, but only {reader.Remaining} bytes follow.");
        int[] offsets = new int[count + 1];
        long total = 0;
        for (int segment = 0; count > 1 && segment < count; segment++)
        {
            int length = (int)reader.ReadVarint("the length of a segment", reader.Remaining);
            offsets[segment + 1] = length;
            total += length;
        }

        if (count == 1)
            offsets[1] = reader.Remaining;
        else if (total != reader.Remaining)
            throw new InvalidDataException($"Offset {reader.Offset}: segments have {total} bytes together, but {reader.Remaining} follow.");
        offsets[0] = reader.Offset;
        for (int segment = 0; segment < count; segment++)
            offsets[segment + 1] += offsets[segment];
        return offsets;
    }
}
