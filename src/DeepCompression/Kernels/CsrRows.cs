using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>Builds a matrix from weights in any order of rows, columns of a row ascending: one pass counts, the next fills.</summary>
internal sealed class CsrRows(int rows)
{
    private readonly int[] _pointers = new int[rows + 1];
    private readonly int[] _next = new int[rows];
    private int[]? _columns;
    private byte[] _codes = [];

    /// <summary>Counts or adds a weight.</summary>
    public void Add(int row, int column, byte code)
    {
        if (_columns is null)
        {
            _pointers[row + 1]++;
            return;
        }

        _columns[_next[row]] = column;
        _codes[_next[row]++] = code;
    }

    /// <summary>Ends the pass.</summary>
    public void EndPass()
    {
        if (_columns is not null)
            return;
        for (int row = 0; row < rows; row++)
        {
            _pointers[row + 1] += _pointers[row];
            _next[row] = _pointers[row];
        }

        _columns = new int[_pointers[rows]];
        _codes = new byte[_pointers[rows]];
    }

    /// <summary>The matrix, after two passes.</summary>
    public CsrMatrix ToMatrix(int columns, ReadOnlySpan<float> codebook, int groups) =>
        new(rows, columns, _pointers, _columns!, _codes, codebook.ToArray(), groups);
}
