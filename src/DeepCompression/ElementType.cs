namespace DeepCompression;

/// <summary>The element types that a weight can have. The numbers are those of <c>TensorProto.DataType</c> in ONNX.</summary>
public enum ElementType
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32 = 1,

    /// <summary>IEEE 754 binary16.</summary>
    Float16 = 10,

    /// <summary>IEEE 754 binary64.</summary>
    Float64 = 11,

    /// <summary>The upper half of a binary32.</summary>
    BFloat16 = 16,
}
