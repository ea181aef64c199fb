namespace DeepCompression.Coding;

/// <summary>Counts of symbols, and the Shannon entropy that they have.</summary>
public static class Histogram
{
    /// <summary>The number of different symbols: one byte each.</summary>
    public const int SymbolCount = 256;

    /// <summary>Adds the symbols to the counts.</summary>
    /// <param name="symbols">The symbols.</param>
    /// <param name="counts">One count a symbol, <see cref="SymbolCount"/> of them.</param>
    /// <exception cref="ArgumentException"><paramref name="counts"/> is too short.</exception>
    public static void Add(ReadOnlySpan<byte> symbols, Span<long> counts)
    {
        if (counts.Length < SymbolCount)
            throw new ArgumentException($"{SymbolCount} counts are needed; found {counts.Length}.", nameof(counts));

        // Four tables: equal neighbours would otherwise wait for each other's store.
        Span<uint> tables = stackalloc uint[4 * SymbolCount];
        while (symbols.Length > 0)
        {
            ReadOnlySpan<byte> block = symbols[..Math.Min(symbols.Length, 1 << 30)];
            tables.Clear();
            int i = 0;
            for (; i + 4 <= block.Length; i += 4)
            {
                tables[block[i]]++;
                tables[SymbolCount + block[i + 1]]++;
                tables[(2 * SymbolCount) + block[i + 2]]++;
                tables[(3 * SymbolCount) + block[i + 3]]++;
            }

            for (; i < block.Length; i++)
                tables[block[i]]++;
            for (int symbol = 0; symbol < SymbolCount; symbol++)
                counts[symbol] += (long)tables[symbol] + tables[SymbolCount + symbol] + tables[(2 * SymbolCount) + symbol] + tables[(3 * SymbolCount) + symbol];
            symbols = symbols[block.Length..];
        }
    }

    /// <summary>The Shannon entropy of all counted symbols together.</summary>
    /// <param name="counts">One count a symbol.</param>
    /// <returns>Bits: the sum over symbols of count * log2(total / count). 0 where nothing was counted.</returns>
    public static double GetEntropy(ReadOnlySpan<long> counts)
    {
        long total = 0;
        foreach (long count in counts)
            total += count;

        double bits = 0;
        foreach (long count in counts)
            bits += count == 0 ? 0 : count * Math.Log2((double)total / count);
        return bits;
    }
}
