using System.Numerics;

namespace DeepCompression.Kernels;

/// <summary>
/// Codes of weights that are not pruned: 16 rows in the lanes; a word of 64 bytes holds the codes of as many
/// consecutive columns as fit into 32 bits a lane, lowest bits first. Rows of different codebooks share no tile.
/// </summary>
internal sealed unsafe class SharedLayout : IDisposable
{
    /// <summary>Rows a tile.</summary>
    public const int Lanes = 16;

    private readonly NativeBuffer _words;
    private readonly NativeBuffer _codebook;

    public SharedLayout(ReadOnlySpan<byte> codes, ReadOnlySpan<float> codebook, int groups, int rows, int columns, bool transposed)
    {
        int size = codebook.Length / groups;
        (Rows, Columns, RowsAGroup) = (rows, columns, Math.Max(rows / groups, 1));
        Bits = size <= 2 ? 1 : 32 - BitOperations.LeadingZeroCount((uint)(size - 1));
        TableSize = Math.Max(1 << Bits, Lanes);
        TilesAGroup = (RowsAGroup + Lanes - 1) / Lanes;
        Tiles = rows == 0 ? 0 : groups * TilesAGroup;

        // Fewer than 16 centroids repeat, so that the bits of the next code in an index do no harm.
        _codebook = new NativeBuffer(sizeof(float) * (long)groups * TableSize);
        for (int i = 0; i < groups * TableSize; i++)
        {
            int code = i % TableSize % (1 << Bits);
            Codebook[i] = code < size ? codebook[(i / TableSize * size) + code] : 0;
        }

        _words = new NativeBuffer(sizeof(uint) * (long)Tiles * Lanes * WordsATile);
        for (int row = 0; row < rows; row++)
        {
            int tile = (row / RowsAGroup * TilesAGroup) + (row % RowsAGroup / Lanes), lane = row % RowsAGroup % Lanes;
            uint* words = Words + ((long)tile * WordsATile * Lanes) + lane;
            for (int column = 0; column < columns; column++)
            {
                byte code = codes[transposed ? (column * rows) + row : (row * columns) + column];
                words[column / CodesAWord * Lanes] |= (uint)code << (column % CodesAWord * Bits);
            }
        }
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Rows that share a codebook.</summary>
    public int RowsAGroup { get; }

    public int TilesAGroup { get; }

    public int Tiles { get; }

    /// <summary>Bits a code, 1 to 8.</summary>
    public int Bits { get; }

    /// <summary>Centroids a group in the tables: 16, 32, 64, 128 or 256.</summary>
    public int TableSize { get; }

    public int CodesAWord => 32 / Bits;

    public int WordsATile => (Columns + CodesAWord - 1) / CodesAWord;

    /// <summary>Numbers that a row of x has with its padding.</summary>
    public int PaddedColumns => (WordsATile * CodesAWord + 15) / 16 * 16;

    public uint* Words => (uint*)_words.Pointer;

    public float* Codebook => (float*)_codebook.Pointer;

    public long Bytes => _words.Bytes + _codebook.Bytes;

    public void Dispose()
    {
        _words.Dispose();
        _codebook.Dispose();
    }
}
