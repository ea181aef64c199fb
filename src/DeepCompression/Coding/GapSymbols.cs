using System.Numerics;

namespace DeepCompression.Coding;

/// <summary>
/// The gaps of a segment as symbols of k bits. The largest symbol, 2^k - 1, is a filler: it stands for that many zeros and has no code,
/// where the portable form has a filler entry of code 0 (FORMAT.md, "Gaps in a blob").
/// </summary>
internal static class GapSymbols
{
    public const int MinBits = 2, MaxBits = 8;

    /// <summary>Counts the symbols that the gaps of a mask become.</summary>
    public static long[] Count(NonZeroMask mask, int gapBits)
    {
        int filler = (1 << gapBits) - 1;
        long[] counts = new long[filler + 1];
        for (int gap = 0; gap < NonZeroMask.CountedGaps; gap++)
            AddGap(counts, gap, mask.GapCounts[gap], filler);
        foreach (int gap in mask.LongGaps)
            AddGap(counts, gap, 1, filler);
        return counts;
    }

    /// <summary>Writes the symbols of a segment's mask and returns their number, which is at most that of its elements.</summary>
    public static int Write(ReadOnlySpan<ulong> words, int gapBits, Span<byte> symbols)
    {
        int filler = (1 << gapBits) - 1;
        int count = 0;
        int next = 0;
        for (int word = 0; word < words.Length; word++)
        {
            for (ulong bits = words[word]; bits != 0; bits &= bits - 1)
            {
                int position = (word * 64) + BitOperations.TrailingZeroCount(bits);
                int gap = position - next;
                next = position + 1;
                for (; gap >= filler; gap -= filler)
                    symbols[count++] = (byte)filler;
                symbols[count++] = (byte)gap;
            }
        }

        return count;
    }

    /// <summary>Adds symbols up to positions.</summary>
    /// <param name="symbols">The symbols of a segment.</param>
    /// <param name="gapBits">Bits a gap.</param>
    /// <param name="elements">Elements of the segment.</param>
    /// <param name="positions">Room for one position a symbol.</param>
    /// <returns>The number of positions.</returns>
    /// <exception cref="InvalidDataException">A position is not below <paramref name="elements"/>.</exception>
    public static int Read(ReadOnlySpan<byte> symbols, int gapBits, int elements, Span<int> positions)
    {
        int filler = (1 << gapBits) - 1;
        int count = 0;
        int position = 0; // at most 2^20 symbols of at most 255 zeros: no overflow
        positions = positions[..symbols.Length];
        foreach (byte symbol in symbols)
        {
            position += symbol;
            positions[count] = position;
            int isEntry = symbol < filler ? 1 : 0;
            count += isEntry;
            position += isEntry;
        }

        if (position > elements)
            throw new InvalidDataException($"The gaps of a segment lead to element {position - 1}, expected less than {elements}.");
        return count;
    }

    private static void AddGap(long[] counts, int gap, long times, int filler)
    {
        counts[filler] += gap / filler * times;
        counts[gap % filler] += times;
    }
}
