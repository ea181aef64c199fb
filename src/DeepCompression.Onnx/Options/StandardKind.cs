namespace DeepCompression.Onnx;

/// <summary>How a weight is stored in the standard form.</summary>
public enum StandardKind
{
    /// <summary>
    /// A sparse initializer (indices and values) where that is smaller than the dense one. No value changes.
    /// </summary>
    SparseInitializer,

    /// <summary>float16 and a Cast.</summary>
    Float16,

    /// <summary>8-bit integers and a DequantizeLinear.</summary>
    Int8,

    /// <summary>4-bit integers and a DequantizeLinear; needs opset 21.</summary>
    Int4,

    /// <summary><c>MatMulNBits</c> of ONNX Runtime: 4 bits in blocks, for the matrices of MatMul and Gemm.</summary>
    MatMulNBits,

    /// <summary>
    /// QuantizeLinear and DequantizeLinear around activations as well: 8-bit integers with ranges from calibration data, which
    /// <see cref="StandardOptions.ActivationRanges"/> holds.
    /// </summary>
    StaticInt8,

    /// <summary>The product of two thin matrices, of which a MatMul makes the weight: the truncated singular value decomposition, to compare with.</summary>
    LowRank,
}
