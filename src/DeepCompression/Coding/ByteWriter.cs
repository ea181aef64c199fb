using System.Buffers.Binary;

namespace DeepCompression.Coding;

/// <summary>A growing array of bytes.</summary>
internal sealed class ByteWriter(int capacity = 64)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Seven bits a byte, lowest first, the highest bit set in all bytes but the last (FORMAT.md, "Varint").</summary>
    public void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            WriteByte((byte)(value | 0x80));
        WriteByte((byte)value);
    }

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);
        Length += 4;
    }

    /// <summary>Room for at least <paramref name="count"/> more bytes; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, checked((int)Math.Min(Math.Max((long)_bytes.Length * 2, (long)Length + count), Array.MaxLength)));
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    /// <summary>Drops zero bytes from the end, but none before <paramref name="start"/>.</summary>
    public void TrimZeros(int start) => Length = start + _bytes.AsSpan(start, Length - start).TrimEnd((byte)0).Length;

    public byte[] ToArray() => Written.ToArray();
}
