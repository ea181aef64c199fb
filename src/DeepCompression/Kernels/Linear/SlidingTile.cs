using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>Lays the weights of 16 rows into slots.</summary>
internal static class SlidingTile
{
    private const int MostSteps = 254;    // of a byte; even, so that windows stay at multiples of two units
    private const int End = int.MaxValue; // the next column of a lane that is done

    /// <summary>
    /// For every pair of slots, the window starts at the least column that a lane still waits for; every lane whose next
    /// column is in the window takes it, twice.
    /// </summary>
    /// <param name="matrix">The weights.</param>
    /// <param name="rows">The row in every lane, -1 for none.</param>
    /// <param name="zeroCode">The code of a lane without a weight.</param>
    /// <param name="slotsAWord">2 or 3.</param>
    /// <param name="unit">Windows start at multiples of this many inputs, itself a multiple of <see cref="SlidingLayout.StepUnit"/>.</param>
    /// <param name="words">Gets the slots.</param>
    /// <param name="steps">Gets the steps.</param>
    public static void Append(CsrMatrix matrix, ReadOnlySpan<int> rows, byte zeroCode, int slotsAWord, int unit, List<uint> words, List<byte> steps)
    {
        Span<int> entry = stackalloc int[SlidingLayout.Lanes];
        Span<int> end = stackalloc int[SlidingLayout.Lanes];
        Span<int> next = stackalloc int[SlidingLayout.Lanes];
        Span<uint> word = stackalloc uint[SlidingLayout.Lanes];
        for (int lane = 0; lane < SlidingLayout.Lanes; lane++)
        {
            if (rows[lane] >= 0)
                (entry[lane], end[lane]) = (matrix.RowPointers[rows[lane]], matrix.RowPointers[rows[lane] + 1]);
            next[lane] = entry[lane] < end[lane] ? matrix.ColumnIndices[entry[lane]] : End;
        }

        int window = 0, slot = 0, fieldBits = SlidingLayout.IndexBits + (slotsAWord == 3 ? 5 : 8);
        int slotsAUnit = slotsAWord == 3 ? 6 : 2; // whole words and whole pairs
        int[] columns = matrix.ColumnIndices;
        byte[] codes = matrix.Codes;
        for (int filled = 0; ; filled++)
        {
            if (filled % SlidingLayout.SlotsAStep == 0)
            {
                int first = End;
                foreach (int column in next)
                    first = Math.Min(first, column);
                if (first == End && filled % slotsAUnit == 0)
                    break;

                int step = first == End ? 0 : Math.Min((first - window) / unit * unit / SlidingLayout.StepUnit, MostSteps);
                window += step * SlidingLayout.StepUnit;
                steps.Add((byte)step);
            }

            for (int lane = 0; lane < SlidingLayout.Lanes; lane++)
            {
                uint field = (uint)zeroCode << SlidingLayout.IndexBits;
                if (next[lane] - window < SlidingLayout.Window) // never so at the end of a lane
                {
                    field = ((uint)codes[entry[lane]] << SlidingLayout.IndexBits) | (uint)(next[lane] - window);
                    next[lane] = ++entry[lane] < end[lane] ? columns[entry[lane]] : End;
                }

                word[lane] |= field << (slot * fieldBits);
            }

            if (++slot == slotsAWord)
            {
                words.AddRange(word);
                word.Clear();
                slot = 0;
            }
        }
    }
}
