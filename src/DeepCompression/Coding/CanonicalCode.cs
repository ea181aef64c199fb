namespace DeepCompression.Coding;

/// <summary>
/// A canonical prefix code: of two symbols with codes of one length the smaller symbol has the smaller code,
/// and shorter codes are smaller than the first bits of longer ones. Its lengths alone describe it.
/// </summary>
public sealed class CanonicalCode
{
    private readonly byte[] _lengths;
    private readonly ushort[] _codes;

    /// <summary>Makes the code of given lengths.</summary>
    /// <param name="lengths">One length a symbol, at most 256 of at most <see cref="HuffmanCodeLengths.MaxLength"/> bits; 0 where a symbol does not occur.</param>
    /// <exception cref="InvalidDataException">The lengths are not those of a complete prefix code, nor of a single symbol with length 1, nor all 0.</exception>
    public CanonicalCode(ReadOnlySpan<byte> lengths)
    {
        if (lengths.Length > Histogram.SymbolCount)
            throw new InvalidDataException($"A code has at most {Histogram.SymbolCount} symbols; found {lengths.Length}.");
        _lengths = lengths.ToArray();
        _codes = new ushort[lengths.Length];
        MaxLength = 0;
        foreach (byte length in lengths)
            MaxLength = Math.Max(MaxLength, length);
        if (MaxLength > HuffmanCodeLengths.MaxLength)
            throw new InvalidDataException($"A code has at most {HuffmanCodeLengths.MaxLength} bits; found {MaxLength}.");

        int used = lengths.Length - lengths.Count((byte)0);
        IsSingle = used == 1;
        if (IsSingle && MaxLength != 1)
            throw new InvalidDataException($"A symbol without others has the length 1; found {MaxLength}.");
        int end = AssignCodes();
        if (used > 1 && end != 1 << MaxLength)
            throw new InvalidDataException($"Code lengths fill {end} of {1 << MaxLength} leaves, expected all.");
    }

    /// <summary>One length a symbol, in bits.</summary>
    public ReadOnlySpan<byte> Lengths => _lengths;

    /// <summary>One code a symbol, in the lowest bits, first bit highest.</summary>
    public ReadOnlySpan<ushort> Codes => _codes;

    /// <summary>The longest length in bits; 0 where no symbol occurs.</summary>
    public int MaxLength { get; }

    /// <summary>Whether only one symbol occurs, which then takes no bits.</summary>
    public bool IsSingle { get; }

    /// <summary>Whether every byte is its own code, so that coded symbols are the symbols.</summary>
    public bool IsIdentity => _lengths.Length == Histogram.SymbolCount && !_lengths.AsSpan().ContainsAnyExcept((byte)8);

    /// <summary>Makes the best code for counted symbols.</summary>
    /// <param name="counts">How often each symbol occurs; at most 256 symbols.</param>
    /// <param name="maxLength">The longest code allowed, 8 to <see cref="HuffmanCodeLengths.MaxLength"/> bits.</param>
    /// <returns>The code.</returns>
    public static CanonicalCode FromCounts(ReadOnlySpan<long> counts, int maxLength = HuffmanCodeLengths.MaxLength)
    {
        byte[] lengths = new byte[counts.Length];
        HuffmanCodeLengths.Compute(counts, maxLength, lengths);
        return new CanonicalCode(lengths);
    }

    /// <summary>Assigns codes by length, then symbol; returns how many of the 2^MaxLength leaves they cover.</summary>
    private int AssignCodes()
    {
        int next = 0; // the next code, as if it had MaxLength bits
        for (int length = 1; length <= MaxLength; length++)
        {
            for (int symbol = 0; symbol < _lengths.Length; symbol++)
            {
                if (_lengths[symbol] != length)
                    continue;
                _codes[symbol] = (ushort)(next >> (MaxLength - length));
                next += 1 << (MaxLength - length);
                if (next > 1 << MaxLength)
                    return next;
            }
        }

        return next;
    }
}
