namespace DeepCompression.Sparse;

/// <summary>Chooses the gap bits that give the smallest portable form.</summary>
internal static class GapWidth
{
    private static readonly int[] Candidates = [1, 2, 4, 8];

    /// <param name="positions">The elements that are not zero, ascending.</param>
    /// <param name="entryBits">Bits of an entry beside its gap.</param>
    /// <returns>The digits' bits; of equal sizes the wider gap, which has fewer entries.</returns>
    public static int Choose(ReadOnlySpan<int> positions, int entryBits)
    {
        int best = 0;
        long bestBits = long.MaxValue;
        foreach (int bits in Candidates)
        {
            long entries = RelativeIndex.CountEntries(positions, bits);
            long size = entries * (bits + entryBits);
            if (entries <= int.MaxValue && size <= bestBits)
                (best, bestBits) = (bits, size);
        }

        return best;
    }
}
