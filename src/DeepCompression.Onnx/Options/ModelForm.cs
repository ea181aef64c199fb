namespace DeepCompression.Onnx;

/// <summary>What stands in the place of a compressed weight.</summary>
public enum ModelForm
{
    /// <summary><c>PackedWeight</c>: entropy-coded, the smallest. Runs with the execution provider, or after unpacking.</summary>
    Packed,

    /// <summary><c>SparseWeight</c>, <c>SharedWeight</c> or <c>PrunedWeight</c> with a function body. Runs on every ONNX runtime.</summary>
    Portable,

    /// <summary>Operators of ONNX and ONNX Runtime alone, no node of ours: see <see cref="StandardOptions"/>.</summary>
    Standard,
}
