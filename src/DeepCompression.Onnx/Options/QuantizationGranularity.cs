namespace DeepCompression.Onnx;

/// <summary>How many elements of a quantized weight share a scale.</summary>
public enum QuantizationGranularity
{
    /// <summary>All of them.</summary>
    Tensor,

    /// <summary>Those of an output channel.</summary>
    Channel,

    /// <summary>Runs of an output channel's elements; needs opset 21.</summary>
    Block,
}
