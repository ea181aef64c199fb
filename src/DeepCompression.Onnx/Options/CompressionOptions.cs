namespace DeepCompression.Onnx;

/// <summary>
/// What <see cref="ModelCompressor"/> does to which weight: a default, by operator type, by weight name; the later wins, and null leaves a
/// weight alone.
/// </summary>
public sealed record CompressionOptions
{
    /// <summary>For weights of convolutions, matrix products, recurrent layers and embeddings. Default: code them without changing a value.</summary>
    public WeightOptions? Default { get; init; } = new();

    /// <summary>By the operator type that uses the weight, for example <c>Gemm</c>. Default: none.</summary>
    public IReadOnlyDictionary<string, WeightOptions?> ByOperator { get; init; } = new Dictionary<string, WeightOptions?>();

    /// <summary>By the name of the weight, or its path where it is in a subgraph or function. Any constant can be named. Default: none.</summary>
    public IReadOnlyDictionary<string, WeightOptions?> ByWeight { get; init; } = new Dictionary<string, WeightOptions?>();

    /// <summary>What stands in the place of a weight. Default: <see cref="ModelForm.Packed"/>.</summary>
    public ModelForm Form { get; init; }

    /// <summary>How weights are stored in the standard form.</summary>
    public StandardOptions Standard { get; init; } = new();

    /// <summary>Whether no value may change. Pruning and sharing are then ignored, and biases and other constants are coded too. Default false.</summary>
    public bool Lossless { get; init; }

    /// <summary>Weights of fewer elements are left alone unless they are named. Default 256.</summary>
    public int MinElements { get; init; } = 256;

    /// <summary>
    /// Whether initializers that are inputs of the graph as well are compressed. They stop being inputs: callers can no longer replace them.
    /// Default false.
    /// </summary>
    public bool FreezeOverridable { get; init; }

    /// <summary>
    /// The L2 norm of every input channel over calibration samples, by the name or path of a weight (Wanda). A weight without is pruned by
    /// magnitude. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, float[]> InputNorms { get; init; } = new Dictionary<string, float[]>();

    /// <summary>Told before each weight is compressed. Default: nobody.</summary>
    public IProgress<CompressionProgress>? Progress { get; init; }
}
