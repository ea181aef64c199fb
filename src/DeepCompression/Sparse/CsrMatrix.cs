using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Sparse;

/// <summary>
/// A sparse matrix in compressed row form whose values are codes into a codebook: what the kernels are built from.
/// The non-zeros of row <c>r</c> are the entries <c>RowPointers[r] .. RowPointers[r + 1]</c>, columns ascending.
/// </summary>
public sealed class CsrMatrix
{
    private readonly bool _isRented;
    private readonly float[] _centroids; // of fewer groups where there are factors
    private readonly float[]? _factors; // one a group; null for 1
    private float[]? _codebook;

    /// <summary>Makes a matrix of its parts and checks that they fit each other.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="rowPointers">First entry of every row, and the entry count at the end: rows + 1 numbers.</param>
    /// <param name="columnIndices">The column of every entry, strictly ascending in a row.</param>
    /// <param name="codes">The code of every entry.</param>
    /// <param name="codebook">The value of every code, shape (groups, size) row-major.</param>
    /// <param name="groups">Groups of the codebook; row <c>r</c> uses group <c>r / (rows / groups)</c>.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public CsrMatrix(int rows, int columns, int[] rowPointers, int[] columnIndices, byte[] codes, float[] codebook, int groups = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        if (rowPointers.Length != rows + 1 || rowPointers[0] != 0 || rowPointers[^1] != columnIndices.Length)
            throw new ArgumentException("Row pointers start at 0 and end at the number of entries.", nameof(rowPointers));
        if (codes.Length != columnIndices.Length)
            throw new ArgumentException($"{columnIndices.Length} entries need as many codes; found {codes.Length}.", nameof(codes));
        if (codebook.Length % groups != 0 || rows % groups != 0)
            throw new ArgumentException("Groups divide the codebook and the rows evenly.", nameof(groups));
        int size = codebook.Length / groups;
        if (codes.Length > 0 && (size == 0 || (size <= byte.MaxValue && codes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)(size - 1)))))
            throw new ArgumentException("A code is beyond the codebook.", nameof(codes));
        for (int row = 0; row < rows; row++)
        {
            int previous = -1;
            if (rowPointers[row] > rowPointers[row + 1])
                throw new ArgumentException("Row pointers do not fall.", nameof(rowPointers));
            for (int entry = rowPointers[row]; entry < rowPointers[row + 1]; entry++)
            {
                if (columnIndices[entry] <= previous || columnIndices[entry] >= columns)
                    throw new ArgumentException($"Columns of row {row} are not strictly ascending below {columns}.", nameof(columnIndices));
                previous = columnIndices[entry];
            }
        }

        (Rows, Columns, RowPointers, ColumnIndices, Codes, _centroids, Groups, NonZeros) = (rows, columns, rowPointers, columnIndices, codes, codebook, groups, codes.Length);
        _codebook = codebook;
    }

    /// <summary>Makes a matrix of parts that are known to fit each other; the arrays of the entries may be longer than there are entries.</summary>
    internal CsrMatrix(int rows, int columns, int[] rowPointers, int[] columnIndices, byte[] codes, float[] codebook, int groups, int nonZeros, bool isRented)
    {
        (Rows, Columns, RowPointers, ColumnIndices, Codes, _centroids, Groups, NonZeros) = (rows, columns, rowPointers, columnIndices, codes, codebook, groups, nonZeros);
        (_codebook, _isRented) = (codebook, isRented);
    }

    private CsrMatrix(CsrMatrix matrix, float[] factors)
    {
        (Rows, Columns, RowPointers, ColumnIndices, Codes, NonZeros, _isRented) = (matrix.Rows, matrix.Columns, matrix.RowPointers, matrix.ColumnIndices, matrix.Codes, matrix.NonZeros, matrix._isRented);
        (_centroids, _factors, Groups, GroupSize) = (matrix.Codebook, factors, factors.Length, matrix.GroupSize);
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>First entry of every row, and the entry count at the end.</summary>
    public int[] RowPointers { get; }

    /// <summary>The column of every entry.</summary>
    public int[] ColumnIndices { get; }

    /// <summary>The code of every entry.</summary>
    public byte[] Codes { get; }

    /// <summary>The value of every code, shape (groups, size) row-major.</summary>
    public float[] Codebook => _codebook ??= MakeCodebook();

    /// <summary>Groups of the codebook.</summary>
    public int Groups { get; }

    /// <summary>Centroids a group.</summary>
    internal int GroupSize
    {
        get => _factors is null ? _centroids.Length / Groups : field;
        private init;
    }

    /// <summary>The number of entries.</summary>
    public int NonZeros { get; }

    /// <summary>The matrix with rows and columns exchanged, columns of every row ascending.</summary>
    /// <returns>A new matrix; the codebook is shared with this one.</returns>
    /// <exception cref="NotSupportedException">There are several groups: a row of the transpose would need them all.</exception>
    public CsrMatrix Transpose()
    {
        if (Groups != 1)
            throw new NotSupportedException($"A matrix with {Groups} codebook groups cannot be transposed; share the weight with one group.");

        int[] rowPointers = new int[Columns + 1];
        foreach (int column in ColumnIndices.AsSpan(0, NonZeros))
            rowPointers[column + 1]++;
        for (int column = 0; column < Columns; column++)
            rowPointers[column + 1] += rowPointers[column];

        int[] next = rowPointers[..^1];
        int[] columnIndices = GC.AllocateUninitializedArray<int>(NonZeros);
        byte[] codes = GC.AllocateUninitializedArray<byte>(NonZeros);
        for (int row = 0; row < Rows; row++)
        {
            for (int entry = RowPointers[row]; entry < RowPointers[row + 1]; entry++)
            {
                int to = next[ColumnIndices[entry]]++;
                columnIndices[to] = row;
                codes[to] = Codes[entry];
            }
        }

        return new CsrMatrix(Columns, Rows, rowPointers, columnIndices, codes, Codebook, 1, NonZeros, isRented: false);
    }

    /// <summary>The matrix with a factor for every run of as many rows, in place of a group.</summary>
    /// <param name="factors">The factors: the groups divide them, and they divide the rows.</param>
    internal CsrMatrix Scale(float[] factors) => new(this, factors);

    /// <summary>Writes the centroids of a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="destination">Takes <see cref="GroupSize"/> numbers.</param>
    internal void CopyCentroids(int group, Span<float> destination)
    {
        if (_factors is null)
        {
            CentroidsOf(group).CopyTo(destination);
            return;
        }

        Multiply(CentroidsOf(group), _factors[group], destination);
    }

    // Vectors are not compiled ahead of time, and are slow before they are compiled in full.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(ReadOnlySpan<float> values, float factor, Span<float> destination)
    {
        destination = destination[..values.Length];
        int i = 0;
        for (; i <= values.Length - Vector128<float>.Count; i += Vector128<float>.Count)
            (Vector128.Create(values.Slice(i, Vector128<float>.Count)) * factor).CopyTo(destination[i..]);
        for (; i < values.Length; i++)
            destination[i] = values[i] * factor;
    }

    /// <summary>The code of a group that means 0 whatever the factor; -1 where there is none.</summary>
    internal int IndexOfZero(int group)
    {
        ReadOnlySpan<float> centroids = CentroidsOf(group);
        for (int code = 0; code < centroids.Length; code++)
        {
            if (centroids[code] == 0)
                return code;
        }

        return -1;
    }

    // Before the factor.
    private ReadOnlySpan<float> CentroidsOf(int group) =>
        new(_centroids, _factors is null ? group * GroupSize : (int)((long)group * (_centroids.Length / GroupSize) / Groups) * GroupSize, GroupSize);

    private float[] MakeCodebook()
    {
        float[] codebook = new float[Groups * GroupSize];
        for (int group = 0; group < Groups; group++)
            CopyCentroids(group, codebook.AsSpan(group * GroupSize));
        return codebook;
    }

    /// <summary>Gives the arrays of the entries back where they are borrowed: nothing may look at the matrix, or at one that was scaled from it, any more.</summary>
    internal void Return()
    {
        if (!_isRented)
            return;
        EntryArrays.Return(ColumnIndices);
        EntryArrays.Return(Codes);
    }
}
