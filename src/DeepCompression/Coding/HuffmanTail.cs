using System.Buffers.Binary;

namespace DeepCompression.Coding;

/// <summary>Decodes a stream to its very end, with every bound checked; bits beyond the end read as 0.</summary>
internal static class HuffmanTail
{
    public static void Decode(ref HuffmanStreamState state, ReadOnlySpan<byte> stream, Span<byte> destination, ReadOnlySpan<ushort> table, int maxLength)
    {
        long position = state.BitPosition;
        int mask = (1 << maxLength) - 1;
        for (int i = state.Written; i < destination.Length; i++)
        {
            int at = (int)(position >> 3);
            uint window;
            if (at + 4 <= stream.Length)
                window = BinaryPrimitives.ReadUInt32BigEndian(stream[at..]);
            else if (at < stream.Length)
                window = ReadPadded(stream[at..]);
            else
                throw new InvalidDataException($"A stream of {stream.Length} bytes ends after {i} of {destination.Length} symbols.");

            ushort entry = table[(int)(window >> (32 - maxLength - (int)(position & 7))) & mask];
            destination[i] = (byte)(entry >> 8);
            position += entry & 0xFF;
        }

        if (position > (long)stream.Length * 8)
            throw new InvalidDataException($"A stream of {stream.Length} bytes ends within its last symbol.");
        if ((position + 7) / 8 != stream.Length)
            throw new InvalidDataException($"A stream of {stream.Length} bytes was found where {(position + 7) / 8} are needed.");
        if ((position & 7) != 0 && (byte)(stream[^1] << (int)(position & 7)) != 0)
            throw new InvalidDataException("The unused bits of a stream's last byte are not 0.");
        (state.BitPosition, state.Written) = (position, destination.Length);
    }

    private static uint ReadPadded(ReadOnlySpan<byte> bytes)
    {
        uint window = 0;
        for (int i = 0; i < 4; i++)
            window = (window << 8) | (i < bytes.Length ? bytes[i] : 0u);
        return window;
    }
}
