namespace DeepCompression.Onnx;

/// <summary>A weight of a model: what it is, how it is stored, and what its bytes are for.</summary>
public sealed record WeightReport
{
    /// <summary>The name with the subgraph or function before it.</summary>
    public required string Path { get; init; }

    /// <summary>The operator types that use the weight.</summary>
    public required IReadOnlyList<string> OperatorTypes { get; init; }

    /// <summary>What the weight is to them.</summary>
    public required WeightRole Role { get; init; }

    /// <summary>The type of an element.</summary>
    public required ElementType ElementType { get; init; }

    /// <summary>The shape of the dense weight.</summary>
    public required TensorShape Shape { get; init; }

    /// <summary>How it is stored: <c>Dense</c>, or the operator of its node.</summary>
    public required string Form { get; init; }

    /// <summary>Bytes of the dense weight.</summary>
    public required long DenseBytes { get; init; }

    /// <summary>Bytes in the file that are there for this weight: its data, names and node.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Bytes that computing with the weight reads: gaps, codes and codebook where it is compressed, else its elements.</summary>
    public long ReadBytes => Form == "Dense" ? DenseBytes : Statistics?.GapsAndCodesBytes ?? DenseBytes;

    /// <summary>Elements whose bit pattern is not that of +0.</summary>
    public required int NonZeros { get; init; }

    /// <summary>Non-zeros by elements, 0..1; 0 for a weight without elements.</summary>
    public double Density => Shape.Length == 0 ? 0 : (double)NonZeros / Shape.Length;

    /// <summary>Groups of the codebook; 0 without a codebook.</summary>
    public required int Groups { get; init; }

    /// <summary>Values that the elements of a group share, the zero included; 0 where they share none.</summary>
    public required int CodebookSize { get; init; }

    /// <summary>Bytes after each stage; null for a weight that has neither zeros nor shared values and is dense.</summary>
    public TensorStatistics? Statistics { get; init; }

    /// <summary>Why the weight is as it is, where there is a reason to tell; else empty.</summary>
    public string Note { get; init; } = "";
}
