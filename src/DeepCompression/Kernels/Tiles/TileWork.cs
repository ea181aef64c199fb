namespace DeepCompression.Kernels;

/// <summary>What a tile kernel needs: one block of weights, the inputs it reads and the sums it adds to.</summary>
internal unsafe struct TileWork
{
    /// <summary>The rows that have weights in the block.</summary>
    public TileSegment* Segments;

    /// <summary>The number of segments.</summary>
    public int SegmentCount;

    /// <summary>Weights, segment after segment: the position of the input above, the code in the lowest 8 bits.</summary>
    public uint* Entries;

    /// <summary>The input at position 0.</summary>
    public byte* X;

    /// <summary>Bytes from a position to the next.</summary>
    public nint PositionBytes;

    /// <summary>Bytes from the first run of inputs to the second, for kernels of two runs.</summary>
    public nint RunBytes;

    /// <summary>The centroids of row 0.</summary>
    public float* Codebook;

    /// <summary>Which centroids a row uses, in numbers from <see cref="Codebook"/>; null where all use the same.</summary>
    public int* CodebookOffsets;

    /// <summary>What the sums of every row start from; null where they start from <see cref="Sums"/>.</summary>
    public float* Bias;

    /// <summary>The sums of row 0 so far.</summary>
    public byte* Sums;

    /// <summary>Bytes from the sums of a row to those of the next.</summary>
    public nint SumBytes;

    /// <summary>Where the new sums of row 0 go.</summary>
    public byte* Y;

    /// <summary>Bytes from there to those of the next row.</summary>
    public nint RowBytes;

    /// <summary>Applied to the new sums.</summary>
    public Activation Activation;
}
