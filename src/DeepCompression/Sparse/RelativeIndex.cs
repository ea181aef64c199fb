namespace DeepCompression.Sparse;

/// <summary>
/// The relative index of a sparse tensor: of every entry the number of zeros before it, in k bits (Han et al. 2016, section 2, figure 2).
/// Where more zeros stand between two non-zeros than k bits can say, filler entries stand between: each has the largest gap and covers
/// 2 to the power of k elements, its own included.
/// </summary>
public static class RelativeIndex
{
    /// <summary>The widest gap: one byte.</summary>
    public const int MaxGapBits = 8; // bits

    /// <summary>Counts the entries, fillers included, that positions take.</summary>
    /// <param name="positions">The elements that are not zero, strictly ascending.</param>
    /// <param name="gapBits">Bits a gap, 1 to <see cref="MaxGapBits"/>.</param>
    /// <returns>The number of entries.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gapBits"/> is out of range.</exception>
    public static long CountEntries(ReadOnlySpan<int> positions, int gapBits)
    {
        ThrowIfNotGapBits(gapBits);
        long entries = positions.Length;
        int next = 0;
        foreach (int position in positions)
        {
            entries += (position - next) >> gapBits;
            next = position + 1;
        }

        return entries;
    }

    /// <summary>Writes the gaps of positions and the code of every entry; fillers have the code 0.</summary>
    /// <param name="positions">The elements that are not zero, strictly ascending.</param>
    /// <param name="codes">The code of every position.</param>
    /// <param name="gapBits">Bits a gap, 1 to <see cref="MaxGapBits"/>.</param>
    /// <param name="gaps">Receives one gap an entry: at least <see cref="CountEntries"/> bytes.</param>
    /// <param name="entryCodes">Receives one code an entry: at least <see cref="CountEntries"/> bytes.</param>
    /// <returns>The number of entries written.</returns>
    /// <exception cref="ArgumentException">There is not one code a position, or a destination is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gapBits"/> is out of range.</exception>
    public static int Encode(ReadOnlySpan<int> positions, ReadOnlySpan<byte> codes, int gapBits, Span<byte> gaps, Span<byte> entryCodes)
    {
        ThrowIfNotGapBits(gapBits);
        if (codes.Length != positions.Length)
            throw new ArgumentException($"{positions.Length} positions need as many codes; found {codes.Length}.", nameof(codes));
        if (Math.Min(gaps.Length, entryCodes.Length) < CountEntries(positions, gapBits))
            throw new ArgumentException("A destination is too short.", nameof(gaps));

        int largest = (1 << gapBits) - 1;
        int entry = 0;
        int next = 0;
        for (int i = 0; i < positions.Length; i++)
        {
            int gap = positions[i] - next;
            for (; gap > largest; gap -= largest + 1)
            {
                gaps[entry] = (byte)largest;
                entryCodes[entry++] = 0;
            }

            gaps[entry] = (byte)gap;
            entryCodes[entry++] = codes[i];
            next = positions[i] + 1;
        }

        return entry;
    }

    /// <summary>Adds gaps up to positions, fillers included: position(e) = sum of (gap + 1) over entries 0..e, minus 1.</summary>
    /// <param name="gaps">One gap an entry.</param>
    /// <param name="length">The number of elements that positions are below.</param>
    /// <param name="positions">Receives one position an entry.</param>
    /// <exception cref="ArgumentException"><paramref name="positions"/> is too short.</exception>
    /// <exception cref="InvalidDataException">A position is not below <paramref name="length"/>.</exception>
    public static void Decode(ReadOnlySpan<byte> gaps, int length, Span<int> positions)
    {
        if (positions.Length < gaps.Length)
            throw new ArgumentException($"{gaps.Length} positions are needed; found room for {positions.Length}.", nameof(positions));

        long position = -1;
        for (int entry = 0; entry < gaps.Length; entry++)
        {
            position += gaps[entry] + 1;
            if (position >= length)
                throw new InvalidDataException($"Entry {entry} stands for element {position}; the weight has {length}.");
            positions[entry] = (int)position;
        }
    }

    private static void ThrowIfNotGapBits(int gapBits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(gapBits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(gapBits, MaxGapBits);
    }
}
