namespace DeepCompression;

/// <summary>What the first bytes of a packed weight say (FORMAT.md, part 2, "Header").</summary>
public sealed record PackedHeader
{
    /// <summary>The element type of the dense weight.</summary>
    public required ElementType ElementType { get; init; }

    /// <summary>The shape of the dense weight.</summary>
    public required TensorShape Shape { get; init; }

    /// <summary>Bytes of the dense weight.</summary>
    internal long DenseBytes => (long)Shape.Length * ElementType.GetSize();

    /// <summary>Whether weights are codes into a codebook; otherwise they are values of their own.</summary>
    public required bool IsShared { get; init; }

    /// <summary>Huffman or range coder.</summary>
    public required EntropyCoder Coder { get; init; }

    /// <summary>How non-zeros are found.</summary>
    public required PackingForm Form { get; init; }

    /// <summary>Bits a gap, 2 to 8, in the gap form; otherwise 0.</summary>
    public required int GapBits { get; init; }

    /// <summary>Groups of the codebook; 1 without a codebook.</summary>
    public required int Groups { get; init; }

    /// <summary>Centroids a group, the zero included; 0 without a codebook.</summary>
    public required int CodebookSize { get; init; }

    /// <summary>Whether code 0 is +0.</summary>
    public required bool HasZero { get; init; }

    /// <summary>Bytes of the header itself.</summary>
    public required int HeaderBytes { get; init; }

    /// <summary>Bytes of the codebook and code lengths, coded.</summary>
    public required int SideBytes { get; init; }

    /// <summary>Bytes of the coded symbols.</summary>
    public required int PayloadBytes { get; init; }

    /// <summary>Bytes of the blob, the checksum included.</summary>
    public required int BlobBytes { get; init; }
}
