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
        {
            int from = matrix.RowPointers[Source(row)], count = Count(matrix, Source(row)), to = pointers[row];
            pointers[row + 1] = to + count;
            matrix.Codes.AsSpan(from, count).CopyTo(codes.AsSpan(to));
            for (int i = 0; i < count; i++)
                columns[to + i] = readsUnits ? _places[matrix.ColumnIndices[from + i]] : matrix.ColumnIndices[from + i];
            if (readsUnits)
                columns.AsSpan(to, count).Sort(codes.AsSpan(to, count));
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

    private static int Count(CsrMatrix matrix, int row) => matrix.RowPointers[row + 1] - matrix.RowPointers[row];

    // A codebook's group must stay together.
    private static bool IsWholeGates(CsrMatrix matrix, int units) => matrix.Groups == 1 || (units > 0 && matrix.Rows / matrix.Groups % units == 0);

    private int Source(int row) => (row / _units.Length * _units.Length) + _units[row % _units.Length];
}
