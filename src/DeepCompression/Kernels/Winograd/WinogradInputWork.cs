namespace DeepCompression.Kernels;

/// <summary>The transform of one channel's inputs, or of one phase of them: runs of tiles in rows of the grid.</summary>
internal unsafe struct WinogradInputWork
{
    /// <summary>The channel's inputs.</summary>
    public float* X;

    /// <summary>The end of all inputs: reading may go so far.</summary>
    public float* End;

    /// <summary>Rows of the inputs.</summary>
    public int Height;

    /// <summary>Columns of the inputs.</summary>
    public int Width;

    /// <summary>Rows of the inputs from a row of the phase to the next.</summary>
    public int StrideHeight;

    /// <summary>The same of columns.</summary>
    public int StrideWidth;

    /// <summary>The row of the inputs that row 0 of the phase is; negative in the padding.</summary>
    public int RowOffset;

    /// <summary>The same of columns.</summary>
    public int ColumnOffset;

    /// <summary>The first row of the phase that is needed.</summary>
    public int FirstRow;

    /// <summary>The first column of the phase that is needed.</summary>
    public int FirstColumn;

    /// <summary>Columns that are needed.</summary>
    public int Columns;

    /// <summary>Rows of the grid of tiles.</summary>
    public int TileRows;

    /// <summary>Columns of the grid from <see cref="FirstColumn"/> on.</summary>
    public int TileColumns;

    /// <summary>Tiles of the first row that are left out.</summary>
    public int SkippedTiles;

    /// <summary>Tiles in all.</summary>
    public int Tiles;

    /// <summary>Room for the rows of the phase.</summary>
    public float* Plane;

    /// <summary>Room for the rows of four rows of tiles, transformed.</summary>
    public float* Turned;

    /// <summary>Numbers from a row to the next, in both rooms.</summary>
    public nint RowLength;

    /// <summary>Where the results of the first tile at the first point go; behind them, as many as a vector has may be written.</summary>
    public byte* Results;

    /// <summary>Bytes from a point's results to the next's.</summary>
    public nint PointBytes;
}
