namespace DeepCompression.Kernels;

/// <summary>Shares rows among parts by their non-zeros.</summary>
internal static class RowParts
{
    private const int MaxRows = ushort.MaxValue; // rows a part: segments number them with 16 bits

    /// <summary>The first row of every part, and the row count at the end.</summary>
    /// <param name="rowPointers">First entry of every row, and the entry count at the end.</param>
    /// <param name="parts">Parts wanted.</param>
    /// <param name="rowUnit">Parts do not straddle runs of this many rows; 0 for one run.</param>
    /// <param name="together">Rows that are never parted; they divide the runs.</param>
    public static int[] Split(ReadOnlySpan<int> rowPointers, int parts, int rowUnit = 0, int together = 1)
    {
        if (together == 1)
            return SplitRows(rowPointers, parts, rowUnit, MaxRows);
        int[] pointers = new int[((rowPointers.Length - 1) / together) + 1];
        for (int i = 0; i < pointers.Length; i++)
            pointers[i] = rowPointers[i * together];
        int[] starts = SplitRows(pointers, parts, rowUnit / together, MaxRows / together);
        for (int part = 0; part < starts.Length; part++)
            starts[part] *= together;
        return starts;
    }

    private static int[] SplitRows(ReadOnlySpan<int> rowPointers, int parts, int rowUnit, int mostRows)
    {
        int rows = rowPointers.Length - 1;
        rowUnit = rowUnit == 0 ? Math.Max(rows, 1) : rowUnit;
        List<int> starts = [];
        starts.Add(0);
        for (int unit = 0; unit < rows; unit += rowUnit)
        {
            int end = Math.Min(unit + rowUnit, rows), partsHere = Math.Clamp(parts * rowUnit / Math.Max(rows, 1), 1, end - unit);
            long first = rowPointers[unit], weights = rowPointers[end] - first;
            for (int part = 1, row = unit; part <= partsHere; part++)
            {
                long target = first + (weights * part / partsHere);
                while (row < end && (part == partsHere || rowPointers[row + 1] <= target) && row - starts[^1] < mostRows)
                    row++;
                if (row > starts[^1])
                    starts.Add(row);
                if (part == partsHere && row < end)
                    part--; // the part is full: one more takes the rest
            }
        }

        return [.. starts];
    }
}
