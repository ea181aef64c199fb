namespace DeepCompression.Coding;

/// <summary>Reads a blob from its start and says where it ends too soon.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes, int offset = 0)
{
    private const int MaxVarintBytes = 9; // 63 bits

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The next byte's offset in the blob.</summary>
    public int Offset { get; private set; } = offset;

    public readonly int Remaining => _bytes.Length - Offset;

    public byte ReadByte(string what)
    {
        if (Offset >= _bytes.Length)
            throw new InvalidDataException($"The blob ends at offset {Offset} where {what} was expected.");
        return _bytes[Offset++];
    }

    /// <summary>Reads a number of at most <paramref name="max"/> (FORMAT.md, "Varint").</summary>
    public long ReadVarint(string what, long max)
    {
        int start = Offset;
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = ReadByte(what);
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                if (part == 0 && shift > 0)
                    throw new InvalidDataException($"Offset {start}: {what} is not written in as few bytes as it needs.");
                break;
            }

            if (Offset - start == MaxVarintBytes)
                throw new InvalidDataException($"Offset {start}: {what} has more than {MaxVarintBytes} bytes.");
        }

        if (value > (ulong)max)
            throw new InvalidDataException($"Offset {start}: {what} is {value}, expected at most {max}.");
        return (long)value;
    }

    public ReadOnlySpan<byte> ReadBytes(long count, string what)
    {
        if (count > Remaining)
            throw new InvalidDataException($"Offset {Offset}: {what} has {count} bytes, but only {Remaining} follow.");
        ReadOnlySpan<byte> result = _bytes.Slice(Offset, (int)count);
        Offset += (int)count;
        return result;
    }

    public readonly void ThrowIfNotAtEnd(string what)
    {
        if (Remaining != 0)
            throw new InvalidDataException($"Offset {Offset}: {Remaining} bytes follow the end of {what}, expected none.");
    }
}
