namespace DeepCompression.Coding;

/// <summary>Reads canonical codes by table: the next <see cref="CanonicalCode.MaxLength"/> bits of a stream say its next one or two symbols.</summary>
public sealed class HuffmanDecoder
{
    /// <summary>Where two symbols fit one look-up on average, a table of pairs pays.</summary>
    private const double PairThreshold = 1.3; // symbols a look-up

    private readonly CanonicalCode _code;
    private readonly byte _single;
    private readonly ushort[] _table;
    private readonly uint[]? _pairs;
    private readonly int _pairBits; // bits of an index of _pairs

    /// <summary>Builds the tables of a code.</summary>
    /// <param name="code">The code.</param>
    public HuffmanDecoder(CanonicalCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        _code = code;
        if (code.IsSingle)
            _single = (byte)code.Lengths.IndexOf((byte)1);
        _table = BuildTable(code);
        _pairBits = Math.Max(code.MaxLength, HuffmanFourStreams.ShortCode);
        _pairs = BuildPairs(code, _table, _pairBits);
    }

    /// <summary>Decodes one stream.</summary>
    /// <param name="stream">The bytes of the stream.</param>
    /// <param name="destination">Receives as many symbols as it holds.</param>
    /// <exception cref="InvalidDataException">The stream is shorter or longer than its symbols, or its last unused bits are not 0.</exception>
    public void Decode(ReadOnlySpan<byte> stream, Span<byte> destination)
    {
        if (destination.Length == 0 || _code.IsSingle)
        {
            if (stream.Length != 0)
                throw new InvalidDataException($"A stream of {stream.Length} bytes was found where no bits are needed.");
            destination.Fill(_single);
            return;
        }

        if (_code.MaxLength == 0)
            throw new InvalidDataException($"A code without symbols cannot stand for {destination.Length} of them.");
        if (_code.IsIdentity)
        {
            if (stream.Length != destination.Length)
                throw new InvalidDataException($"A stream of {stream.Length} bytes was found where {destination.Length} are needed.");
            stream.CopyTo(destination);
            return;
        }

        HuffmanStreamState state = default;
        HuffmanTail.Decode(ref state, stream, destination, _table, _code.MaxLength);
    }

    /// <summary>Decodes four streams at once: the look-ups of one fill the waits of the others.</summary>
    /// <param name="stream0">The first stream.</param>
    /// <param name="stream1">The second stream.</param>
    /// <param name="stream2">The third stream.</param>
    /// <param name="stream3">The fourth stream.</param>
    /// <param name="destination">Receives the symbols: the first three streams hold <see cref="HuffmanStreams.GetQuarter"/> each, the last one the rest.</param>
    /// <exception cref="InvalidDataException">A stream is shorter or longer than its symbols, or its last unused bits are not 0.</exception>
    public void Decode(ReadOnlySpan<byte> stream0, ReadOnlySpan<byte> stream1, ReadOnlySpan<byte> stream2, ReadOnlySpan<byte> stream3, Span<byte> destination)
    {
        int quarter = HuffmanStreams.GetQuarter(destination.Length);
        Span<byte> d0 = destination[..quarter], d1 = destination.Slice(quarter, quarter), d2 = destination.Slice(2 * quarter, quarter), d3 = destination[(3 * quarter)..];
        if (_code.IsSingle || _code.IsIdentity || _code.MaxLength == 0)
        {
            Decode(stream0, d0);
            Decode(stream1, d1);
            Decode(stream2, d2);
            Decode(stream3, d3);
            return;
        }

        HuffmanStreamState s0 = default, s1 = default, s2 = default, s3 = default;
        if (_pairs is null)
            HuffmanFourStreams.DecodeSymbols(ref s0, ref s1, ref s2, ref s3, stream0, stream1, stream2, stream3, d0, d1, d2, d3, _table, _code.MaxLength);
        else
            HuffmanFourStreams.DecodePairs(ref s0, ref s1, ref s2, ref s3, stream0, stream1, stream2, stream3, d0, d1, d2, d3, _pairs, _pairBits);
        HuffmanTail.Decode(ref s0, stream0, d0, _table, _code.MaxLength);
        HuffmanTail.Decode(ref s1, stream1, d1, _table, _code.MaxLength);
        HuffmanTail.Decode(ref s2, stream2, d2, _table, _code.MaxLength);
        HuffmanTail.Decode(ref s3, stream3, d3, _table, _code.MaxLength);
    }

    /// <summary>One entry for all values of the next MaxLength bits: the code length in the low byte, the symbol above.</summary>
    private static ushort[] BuildTable(CanonicalCode code)
    {
        ushort[] table = new ushort[1 << code.MaxLength];
        for (int symbol = 0; symbol < code.Lengths.Length; symbol++)
        {
            int length = code.Lengths[symbol];
            if (length == 0)
                continue;
            int free = code.MaxLength - length;
            ushort entry = (ushort)((symbol << 8) | length);
            foreach (ref ushort place in table.AsSpan(code.Codes[symbol] << free, 1 << free))
                place = entry;
        }

        return table;
    }

    /// <summary>Entries of two symbols where both fit: bits in byte 0, symbols in byte 1, the symbols in bytes 2 and 3; null where few do.</summary>
    private static uint[]? BuildPairs(CanonicalCode code, ushort[] table, int indexBits)
    {
        if (code.MaxLength == 0 || code.IsSingle)
            return null;
        uint[] pairs = new uint[1 << indexBits];
        int free = indexBits - code.MaxLength;
        int mask = pairs.Length - 1;
        long two = 0;
        for (int bits = 0; bits < pairs.Length; bits++)
        {
            uint first = table[bits >> free];
            uint second = table[((bits << (int)(first & 0xFF)) & mask) >> free];
            uint both = (first & 0xFF) + (second & 0xFF);
            bool fits = both <= indexBits;
            two += fits ? 1 : 0;
            pairs[bits] = fits ? both | (2 << 8) | (first >> 8 << 16) | (second >> 8 << 24) : (first & 0xFF) | (1 << 8) | (first >> 8 << 16);
        }

        return two >= (PairThreshold - 1) * pairs.Length ? pairs : null;
    }
}
