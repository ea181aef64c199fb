using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepCompression.Coding;

/// <summary>Writes and reads the header and the checksum of a blob.</summary>
internal static class BlobHeader
{
    public const byte Version = 1;
    public const int ChecksumBytes = 4;
    public const int MaxRank = 64;

    // Bits of the second byte.
    private const int SharedBit = 4, ZeroBit = 8, FormShift = 4, RangeBit = 64, GroupsBit = 128;

    private static readonly ElementType[] Types = [ElementType.Float32, ElementType.Float16, ElementType.BFloat16, ElementType.Float64];

    public static void Write(ByteWriter writer, PackedHeader header)
    {
        writer.WriteByte(Version);
        writer.WriteByte((byte)(Array.IndexOf(Types, header.ElementType)
            | (header.IsShared ? SharedBit : 0) | (header.HasZero ? ZeroBit : 0) | ((int)header.Form << FormShift)
            | (header.Coder == EntropyCoder.Range ? RangeBit : 0) | (header.Groups > 1 ? GroupsBit : 0)));
        writer.WriteVarint((uint)header.Shape.Rank);
        foreach (long dimension in header.Shape.Dimensions)
            writer.WriteVarint((ulong)dimension);
        if (header.Groups > 1)
            writer.WriteVarint((uint)header.Groups);
        if (header.IsShared)
            writer.WriteVarint((uint)header.CodebookSize);
        if (header.Form == PackingForm.Gaps)
            writer.WriteByte((byte)header.GapBits);
        writer.WriteVarint((uint)header.SideBytes);
    }

    public static void WriteChecksum(ByteWriter writer) => writer.WriteUInt32(GetChecksum(writer.Written));

    /// <summary>Reads the header; the checksum has been checked.</summary>
    public static PackedHeader Read(ReadOnlySpan<byte> blob)
    {
        ByteReader reader = new(blob[..^ChecksumBytes]);
        byte version = reader.ReadByte("the version");
        if (version != Version)
            throw new InvalidDataException($"Offset 0: the version is {version}, expected {Version}.");
        byte bits = reader.ReadByte("the kind");
        int form = (bits >> FormShift) & 3;
        bool shared = (bits & SharedBit) != 0;
        bool range = (bits & RangeBit) != 0;
        if (form > (int)PackingForm.Gaps)
            throw new InvalidDataException($"Offset 1: the form is {form}, expected 0 to 2.");
        int rangeForm = shared && (bits & ZeroBit) == 0 ? (int)PackingForm.Dense : (int)PackingForm.Mask;
        if (range && form != rangeForm)
            throw new InvalidDataException($"Offset 1: the form is {form}, expected {rangeForm} with the range coder.");
        if ((!shared && (bits & (ZeroBit | GroupsBit)) != 0) || (shared && (bits & ZeroBit) == 0 && form != (int)PackingForm.Dense))
            throw new InvalidDataException($"Offset 1: the kind is {bits}, in which two bits contradict each other.");

        TensorShape shape = ReadShape(ref reader);
        int groups = 1;
        if ((bits & GroupsBit) != 0)
        {
            int offset = reader.Offset;
            groups = (int)reader.ReadVarint("the number of groups", int.MaxValue);
            if (groups < 2 || shape.Rank == 0 || shape.Dimensions[0] % groups != 0)
                throw new InvalidDataException($"Offset {offset}: {groups} groups, expected 2 or more that divide the first dimension of shape {shape}.");
        }

        int size = shared ? (int)reader.ReadVarint("the size of the codebook", Codebook.MaxSize) : 0;
        int gapBits = 0;
        if (form == (int)PackingForm.Gaps)
        {
            gapBits = reader.ReadByte("the gap bits");
            if (gapBits is < 2 or > 8)
                throw new InvalidDataException($"Offset {reader.Offset - 1}: a gap has {gapBits} bits, expected 2 to 8.");
        }

        if (shared && ((bits & ZeroBit) != 0 ? size < 1 : size < 1 && shape.Length > 0))
            throw new InvalidDataException($"Offset {reader.Offset}: the codebook is empty, expected a centroid.");
        int side = (int)reader.ReadVarint("the length of the side information", reader.Remaining);
        return new PackedHeader
        {
            ElementType = Types[bits & 3],
            Shape = shape,
            IsShared = shared,
            Coder = range ? EntropyCoder.Range : EntropyCoder.Huffman,
            Form = (PackingForm)form,
            GapBits = gapBits,
            Groups = groups,
            CodebookSize = size,
            HasZero = (bits & ZeroBit) != 0,
            HeaderBytes = reader.Offset,
            SideBytes = side,
            PayloadBytes = reader.Remaining - side >= 0 ? reader.Remaining - side : throw new InvalidDataException(
                $"Offset {reader.Offset}: the side information has {side} bytes, but only {reader.Remaining} follow."),
            BlobBytes = blob.Length,
        };
    }

    public static void ThrowIfChecksumDiffers(ReadOnlySpan<byte> blob)
    {
        if (blob.Length < ChecksumBytes + 2)
            throw new InvalidDataException($"A blob of {blob.Length} bytes was found, expected at least {ChecksumBytes + 2}.");
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(blob[^ChecksumBytes..]);
        uint found = GetChecksum(blob[..^ChecksumBytes]);
        if (found != expected)
            throw new InvalidDataException($"Offset {blob.Length - ChecksumBytes}: the checksum is {expected:x8}, but the bytes before it have {found:x8}.");
    }

    /// <summary>CRC-32C (Castagnoli), as in RFC 3720, appendix B.4.</summary>
    internal static uint GetChecksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (byte last in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, last);
        return ~crc;
    }

    private static TensorShape ReadShape(ref ByteReader reader)
    {
        int offset = reader.Offset;
        int rank = (int)reader.ReadVarint("the rank", MaxRank);
        Span<long> dimensions = stackalloc long[rank];
        foreach (ref long dimension in dimensions)
            dimension = reader.ReadVarint("a dimension", long.MaxValue);
        try
        {
            return new TensorShape(dimensions);
        }
        catch (ArgumentException tooLarge)
        {
            throw new InvalidDataException($"Offset {offset}: the shape {string.Join('x', dimensions.ToArray())} has more than {int.MaxValue} elements.", tooLarge);
        }
    }
}
