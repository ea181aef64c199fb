using System.Buffers.Binary;

namespace DeepCompression.Coding;

/// <summary>Writes symbols as canonical codes, first bit highest.</summary>
public static class HuffmanEncoder
{
    /// <summary>The bytes that any symbols of the given number can take.</summary>
    /// <param name="symbolCount">The number of symbols.</param>
    /// <returns>A length in bytes that is always enough for <see cref="Encode"/>.</returns>
    public static int GetMaxEncodedLength(int symbolCount) =>
        checked((int)((((long)symbolCount * HuffmanCodeLengths.MaxLength) + 7) / 8) + sizeof(ulong));

    /// <summary>Encodes symbols as one stream; unused bits of the last byte are 0.</summary>
    /// <param name="symbols">Symbols that all have a code.</param>
    /// <param name="code">The code.</param>
    /// <param name="destination">At least <see cref="GetMaxEncodedLength"/> bytes.</param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException">A symbol has no code, or <paramref name="destination"/> is too short.</exception>
    public static int Encode(ReadOnlySpan<byte> symbols, CanonicalCode code, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (destination.Length < GetMaxEncodedLength(symbols.Length))
            throw new ArgumentException($"{GetMaxEncodedLength(symbols.Length)} bytes are needed; found {destination.Length}.", nameof(destination));

        // Length in the low byte, code above. A symbol without a code has length 0 and adds to 'missing'.
        Span<uint> table = stackalloc uint[Histogram.SymbolCount];
        table.Fill(uint.MaxValue << 8);
        for (int symbol = 0; symbol < code.Lengths.Length; symbol++)
        {
            if (code.Lengths[symbol] != 0)
                table[symbol] = code.IsSingle ? 0u : ((uint)code.Codes[symbol] << 8) | code.Lengths[symbol];
        }

        ulong buffer = 0; // pending bits, lowest ones last
        int pending = 0;
        int written = 0;
        uint missing = 0;
        foreach (byte symbol in symbols)
        {
            uint entry = table[symbol];
            missing |= entry;
            int length = (int)(entry & 0xFF);
            buffer = (buffer << length) | (entry >> 8);
            pending += length;
            if (pending >= 32)
            {
                pending -= 32;
                BinaryPrimitives.WriteUInt32BigEndian(destination[written..], (uint)(buffer >> pending));
                written += 4;
            }
        }

        if (missing >= 1u << 31)
            throw new ArgumentException("A symbol has no code.", nameof(symbols));
        for (; pending > 0; pending -= 8)
            destination[written++] = (byte)(pending >= 8 ? buffer >> (pending - 8) : buffer << (8 - pending));
        return written;
    }
}
