namespace DeepCompression.Kernels;

/// <summary>What a pooling layer makes of a window.</summary>
public enum PoolingKind
{
    /// <summary>Its greatest number (ONNX MaxPool).</summary>
    Maximum,

    /// <summary>Its mean (ONNX AveragePool).</summary>
    Average,
}
