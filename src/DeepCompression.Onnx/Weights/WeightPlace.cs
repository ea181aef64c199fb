namespace DeepCompression.Onnx;

/// <summary>How a dense weight is stored in the file.</summary>
public enum WeightPlace
{
    /// <summary>An initializer of a graph or subgraph.</summary>
    Initializer,

    /// <summary>The attribute <c>value</c> of a Constant node.</summary>
    Constant,

    /// <summary>The attribute <c>value_floats</c> of a Constant node.</summary>
    ConstantFloats,
}
