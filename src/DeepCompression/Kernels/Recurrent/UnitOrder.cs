using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// The order in which a recurrent layer holds its hidden units: those with many recurrent weights first, so that the lanes of
/// a tile end together while the results of a tile are neighbours in memory.
/// </summary>
internal sealed unsafe class UnitOrder
{
    private readonly int[] _units;  // the unit at every place
    private readonly int[] _places; // the place of every unit

    /// <summary>Sorts the units of a direction.</summary>
    /// <param name="geometry">Gates and units.</param>
    /// <param name="recurrent">The recurrent weights.</param>
    /// <param name="input">The input weights.</param>
    public UnitOrder(RecurrentGeometry geometry, CsrMatrix recurrent, CsrMatrix input)
    {
        int units = geometry.Hidden;
        _units = [.. Enumerable.Range(0, units)];
        if (IsWholeGates(recurrent, units) && IsWholeGates(input, units))
            _units = [.. _units.OrderByDescending(unit => Enumerable.Range(0, geometry.Gates).Sum(gate => Count(recurrent, (gate * units) + unit)))];
        _places = new int[units];
        for (int place = 0; place < units; place++)
            _places[_units[place]] = place;
    }

    /// <summary>Brings the rows of weights, gate by gate, into the order.</summary>
    /// <param name="matrix">The weights.</param>
    /// <param name="readsUnits">Whether the columns are units, too.</param>
    public CsrMatrix Permute(CsrMatrix matrix, bool readsUnits)
    {
        int[] pointers = new int[matrix.Rows + 1], columns = new int[matrix.NonZeros];
        byte[] codes = new byte[matrix.NonZeros];
        for (int row = 0; row < matrix.Rows; row++)
            pointers[row + 1] = pointers[row] + Count(matrix, Source(row));
        if (readsUnits)
        {
            FillByColumns(matrix, pointers, columns, codes);
        }
        else
        {
            for (int row = 0; row < matrix.Rows; row++)
            {
                int from = matrix.RowPointers[Source(row)], count = Count(matrix, Source(row));
                matrix.Codes.AsSpan(from, count).CopyTo(codes.AsSpan(pointers[row]));
                matrix.ColumnIndices.AsSpan(from, count).CopyTo(columns.AsSpan(pointers[row]));
            }
        }

        return new CsrMatrix(matrix.Rows, matrix.Columns, pointers, columns, codes, matrix.Codebook, matrix.Groups);
    }

    /// <summary>Brings numbers, a run of all units for every gate, into the order.</summary>
    public void Permute(ReadOnlySpan<float> source, Span<float> destination)
    {
        for (int row = 0; row < source.Length; row++)
            destination[row] = source[Source(row)];
    }

    /// <summary>Brings numbers back to where their units belong.</summary>
    /// <param name="source">The numbers in the order.</param>
    /// <param name="firstUnit">The first unit to bring back.</param>
    /// <param name="count">How many units.</param>
    /// <param name="destination">Where the first of them goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Restore(float* source, int firstUnit, int count, float* destination)
    {
        fixed (int* places = &_places[firstUnit])
        {
            int i = 0;
            for (; Avx2.IsSupported && i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
                Avx2.GatherVector256(source, Vector256.Load(places + i), sizeof(float)).Store(destination + i);
            for (; i < count; i++)
                destination[i] = source[places[i]];
        }
    }

    // Entries go to their columns' places first, and from there to their rows in the order of columns: nothing is compared.
    private void FillByColumns(CsrMatrix matrix, int[] pointers, int[] columns, byte[] codes)
    {
        int[] next = new int[matrix.Columns + 1], rowOf = new int[matrix.NonZeros];
        byte[] codeOf = new byte[matrix.NonZeros];
        foreach (int column in matrix.ColumnIndices.AsSpan(0, matrix.NonZeros))
            next[_places[column] + 1]++;
        for (int place = 0; place < matrix.Columns; place++)
            next[place + 1] += next[place];
        for (int row = 0; row < matrix.Rows; row++)
        {
            int source = Source(row);
            for (int entry = matrix.RowPointers[source]; entry < matrix.RowPointers[source + 1]; entry++)
            {
                int to = next[_places[matrix.ColumnIndices[entry]]]++;
                (rowOf[to], codeOf[to]) = (row, matrix.Codes[entry]);
            }
        }

        int[] free = pointers[..^1];
        for (int place = 0, entry = 0; place < matrix.Columns; place++)
        {
            for (; entry < next[place]; entry++)
            {
                int to = free[rowOf[entry]]++;
                (columns[to], codes[to]) = (place, codeOf[entry]);
            }
        }
    }

    private static int Count(CsrMatrix matrix, int row) => matrix.RowPointers[row + 1] - matrix.RowPointers[row];

    // A codebook's group must stay together.
    private static bool IsWholeGates(CsrMatrix matrix, int units) => matrix.Groups == 1 || (units > 0 && matrix.Rows / matrix.Groups % units == 0);

    private int Source(int row) => (row / _units.Length * _units.Length) + _units[row % _units.Length];
}
