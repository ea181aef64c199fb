namespace DeepCompression.Kernels;

/// <summary>What a tile kernel needs: one block of weights, the inputs it reads and the sums it adds to.</summary>
internal unsafe struct TileWork
{
    /// <summary>The rows that have weights in the block.</summary>
    public TileSegment* Segments;

    /// <summary>The number of segments.</summary>
    public int SegmentCount;

    /// <summary>Pairs of a column in the block and a code, segment after segment.</summary>
    public byte* Entries;

    /// <summary>Where in the inputs a column of the block starts, in bytes from <see cref="X"/>.</summary>
    public int* Offsets;

    /// <summary>The inputs.</summary>
    public byte* X;

    /// <summary>Bytes from the first run of inputs to the second, for kernels of two runs.</summary>
    public nint RunStride;

    /// <summary>The centroids of row 0.</summary>
    public float* Codebook;

    /// <summary>Which centroids a row uses, in numbers from <see cref="Codebook"/>; null where all use the same.</summary>
    public int* CodebookOffsets;

    /// <summary>The sums: a row after the other.</summary>
    public byte* Y;
}
