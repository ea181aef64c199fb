using DeepCompression.WeightSharing;

namespace DeepCompression.Onnx;

/// <summary>What is done to a weight. With neither pruning nor sharing no value changes: zeros and shared values that are there already are coded as such.</summary>
public sealed record WeightOptions
{
    /// <summary>How it is pruned; null, the default, for not at all.</summary>
    public PruningOptions? Pruning { get; init; }

    /// <summary>How its elements come to share centroids; null, the default, for not at all.</summary>
    public SharingOptions? WeightSharing { get; init; }

    /// <summary>How it is packed; null, the default, for the packer's defaults.</summary>
    public PackingOptions? Packing { get; init; }

    /// <summary>Whether no value changes.</summary>
    public bool IsLossless => Pruning is null && WeightSharing is null;
}
