namespace DeepCompression.Onnx;

/// <summary>What a model is unpacked to.</summary>
public enum UnpackTarget
{
    /// <summary>Dense weights, as before packing.</summary>
    Dense,

    /// <summary>Portable nodes with function bodies.</summary>
    Portable,
}
