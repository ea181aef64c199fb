namespace DeepCompression.Onnx;

/// <summary>What a weight is to the nodes that use it.</summary>
public enum WeightRole
{
    /// <summary>The kernel of a convolution (Conv, ConvTranspose and their like).</summary>
    Convolution,

    /// <summary>A matrix factor (Gemm, MatMul and their like).</summary>
    Matrix,

    /// <summary>The input or recurrence weights of LSTM, GRU or RNN.</summary>
    Recurrent,

    /// <summary>A table whose rows are looked up (Gather).</summary>
    Embedding,

    /// <summary>A bias: left as it is.</summary>
    Bias,

    /// <summary>A parameter of a normalization: left as it is.</summary>
    Normalization,

    /// <summary>Anything else: left as it is unless it is named.</summary>
    Other,
}
