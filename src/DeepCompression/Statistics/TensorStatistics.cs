namespace DeepCompression;

/// <summary>
/// Counts of a weight and its size after each stage, from which tables 1 to 5 of Han et al. 2016 can be printed.
/// The stages: dense, pruned (compressed rows, 32-bit indices), shared (codes in place of values), gaps and codes (relative index),
/// entropy coded.
/// </summary>
public sealed record TensorStatistics
{
    /// <summary>Elements of the dense weight.</summary>
    public required int Elements { get; init; }

    /// <summary>Elements whose bit pattern is not that of +0.</summary>
    public required int NonZeros { get; init; }

    /// <summary>Non-zeros by elements, 0..1; 0 for a weight without elements.</summary>
    public double Density => Elements == 0 ? 0 : (double)NonZeros / Elements;

    /// <summary>Centroids in use a group, the zero included; 0 without a codebook.</summary>
    public required int CodebookSize { get; init; }

    /// <summary>Bits that tell a code from all others: log2 of the codebook's size, rounded up; bits of a value without a codebook.</summary>
    public required int CodeBits { get; init; }

    /// <summary>The coder that was used.</summary>
    public required EntropyCoder Coder { get; init; }

    /// <summary>The form that was used.</summary>
    public required PackingForm Form { get; init; }

    /// <summary>Bits a gap in the blob; 0 where the form has no gaps.</summary>
    public required int GapBits { get; init; }

    /// <summary>Bytes of the dense weight.</summary>
    public required long DenseBytes { get; init; }

    /// <summary>Bytes after pruning: for a non-zeros in n rows, a values and a + n + 1 indices of 32 bits (Han et al. 2016, section 2).</summary>
    public required long PrunedBytes { get; init; }

    /// <summary>Bytes after weight sharing: codes of <see cref="CodeBits"/> bits in place of values, and the codebook. Equal to <see cref="PrunedBytes"/> without a codebook.</summary>
    public required long SharedBytes { get; init; }

    /// <summary>Bytes of gaps and codes before entropy coding, and the codebook: the smallest over gap widths, or of the dense codes.</summary>
    public required long GapsAndCodesBytes { get; init; }

    /// <summary>Bits a gap at the stage <see cref="GapsAndCodesBytes"/>; 0 where dense codes are smaller.</summary>
    public required int RawGapBits { get; init; }

    /// <summary>Bytes of gaps or mask, entropy coded, with the lengths of their streams.</summary>
    public required long CodedIndexBytes { get; init; }

    /// <summary>Bytes of codes or values, entropy coded, with the lengths of their streams.</summary>
    public required long CodedValueBytes { get; init; }

    /// <summary>Bytes of the codebook, code lengths, header, segment lengths and checksum.</summary>
    public long SideBytes => BlobBytes - CodedIndexBytes - CodedValueBytes;

    /// <summary>Bytes of the whole blob: the last stage.</summary>
    public required long BlobBytes { get; init; }

    /// <summary>How often each code occurs in the codebook's canonical order, zero first where there is one; empty without a codebook.</summary>
    public required IReadOnlyList<long> CodeCounts { get; init; }

    /// <summary>
    /// How many non-zeros have 0, 1, 2 ... zeros before them (counted from the start of a segment); the last count is of all longer gaps.
    /// </summary>
    public required IReadOnlyList<long> GapCounts { get; init; }

    /// <summary>Shannon entropy of the codes of all non-zeros together, in bits.</summary>
    public required double CodeEntropy { get; init; }

    /// <summary>Shannon entropy of the mask if its elements were independent, in bits: what the coded index compares with.</summary>
    public required double MaskEntropy { get; init; }

    /// <summary>Shannon entropy of the gaps that Huffman coding would be given, in bits; 0 where there are none.</summary>
    public required double GapEntropy { get; init; }

    /// <summary>Dense bytes by blob bytes.</summary>
    public double Ratio => BlobBytes == 0 ? 0 : (double)DenseBytes / BlobBytes;

    /// <summary>Bits an element of the dense weight after a stage.</summary>
    /// <param name="bytes">The size after the stage, for example <see cref="PrunedBytes"/>.</param>
    /// <returns>Bits an element; 0 for a weight without elements.</returns>
    public double BitsPerElement(long bytes) => Elements == 0 ? 0 : bytes * 8.0 / Elements;

    /// <summary>Bits a non-zero, as in tables 4 and 5 of Han et al. 2016.</summary>
    /// <param name="bytes">A size, for example <see cref="CodedValueBytes"/>.</param>
    /// <returns>Bits a non-zero; 0 where there is none.</returns>
    public double BitsPerNonZero(long bytes) => NonZeros == 0 ? 0 : bytes * 8.0 / NonZeros;
}
