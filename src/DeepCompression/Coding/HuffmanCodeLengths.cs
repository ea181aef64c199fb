namespace DeepCompression.Coding;

/// <summary>The code lengths of an optimal prefix code whose lengths are limited, by package-merge (Larmore and Hirschberg 1990).</summary>
public static class HuffmanCodeLengths
{
    /// <summary>The longest code that a blob may have.</summary>
    public const int MaxLength = 14; // bits: four symbols of a stream fit one 64-bit load

    /// <summary>Computes the lengths that make the coded size smallest.</summary>
    /// <param name="counts">How often each symbol occurs; at most 256 symbols.</param>
    /// <param name="maxLength">The longest code allowed, 8 to <see cref="MaxLength"/> bits.</param>
    /// <param name="lengths">Receives one length a symbol: 0 where it does not occur, 1 where no other does.</param>
    /// <returns>The coded size in bits: 0 where only one symbol occurs, because it needs no bits.</returns>
    /// <exception cref="ArgumentException">There are more than 256 counts, or not as many lengths.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is out of range.</exception>
    public static long Compute(ReadOnlySpan<long> counts, int maxLength, Span<byte> lengths)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxLength, MaxLength);
        if (counts.Length > Histogram.SymbolCount || lengths.Length < counts.Length)
            throw new ArgumentException($"At most {Histogram.SymbolCount} counts and as many lengths; found {counts.Length} and {lengths.Length}.", nameof(counts));

        lengths.Clear();
        Span<int> symbols = stackalloc int[counts.Length];
        int used = SortUsed(counts, symbols);
        if (used <= 1)
        {
            if (used == 1)
                lengths[symbols[0]] = 1;
            return 0;
        }

        long[] leaves = new long[used];
        for (int i = 0; i < used; i++)
            leaves[i] = counts[symbols[i]];
        CountLeaves(leaves, maxLength, lengths, symbols);

        long bits = 0;
        for (int i = 0; i < used; i++)
            bits += leaves[i] * lengths[symbols[i]];
        return bits;
    }

    /// <summary>Sorts the symbols that occur by count, ascending, ties by symbol.</summary>
    private static int SortUsed(ReadOnlySpan<long> counts, Span<int> symbols)
    {
        Span<long> keys = stackalloc long[counts.Length];
        int used = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] == 0)
                continue;
            keys[used] = (counts[symbol] << 8) | (uint)symbol;
            symbols[used++] = symbol;
        }

        keys[..used].Sort(symbols[..used]);
        return used;
    }

    /// <summary>
    /// Makes one list of items a level: the leaves merged with pairs of the level before. The 2n - 2 cheapest items of the last level
    /// are chosen; each chosen pair chooses two items of the level before. A symbol's length is how often its leaf was chosen.
    /// </summary>
    private static void CountLeaves(long[] leaves, int maxLength, Span<byte> lengths, ReadOnlySpan<int> symbols)
    {
        bool[][] isLeaf = new bool[maxLength][];
        long[] previous = [];
        for (int level = 0; level < maxLength; level++)
        {
            long[] weights = new long[leaves.Length + (previous.Length / 2)];
            isLeaf[level] = new bool[weights.Length];
            int leaf = 0;
            int pair = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                long pairWeight = (2 * pair) + 1 < previous.Length ? previous[2 * pair] + previous[(2 * pair) + 1] : long.MaxValue;
                if (leaf < leaves.Length && leaves[leaf] <= pairWeight)
                {
                    weights[i] = leaves[leaf++];
                    isLeaf[level][i] = true;
                }
                else
                {
                    weights[i] = pairWeight;
                    pair++;
                }
            }

            previous = weights;
        }

        int chosen = (2 * leaves.Length) - 2;
        for (int level = maxLength - 1; level >= 0; level--)
        {
            int chosenLeaves = isLeaf[level].AsSpan(0, chosen).Count(true);
            for (int i = 0; i < chosenLeaves; i++)
                lengths[symbols[i]]++;
            chosen = 2 * (chosen - chosenLeaves);
        }
    }
}
