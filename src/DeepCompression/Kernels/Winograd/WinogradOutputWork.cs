namespace DeepCompression.Kernels;

/// <summary>The transform of one output channel's sums.</summary>
internal unsafe struct WinogradOutputWork
{
    /// <summary>The sums of the first vector of tiles at the first point.</summary>
    public byte* Sums;

    /// <summary>Bytes from a point's sums to the next's.</summary>
    public nint PointBytes;

    /// <summary>Vectors of tiles.</summary>
    public int Vectors;

    /// <summary>Room for 32 vectors.</summary>
    public byte* Room;

    /// <summary>Where the outputs go: rows of the tiles one beside the other.</summary>
    public float* Rows;

    /// <summary>Numbers from a row to the next.</summary>
    public nint RowLength;
}
