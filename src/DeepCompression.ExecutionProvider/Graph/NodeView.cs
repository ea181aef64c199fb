namespace DeepCompression.ExecutionProvider.Graph;

/// <summary>A node of a graph with its inputs, outputs and attributes, wherever the graph is held.</summary>
internal abstract class NodeView
{
    /// <summary>The node's name; may be empty.</summary>
    public string Name { get; protected init; } = "";

    /// <summary>The operator.</summary>
    public string OpType { get; protected init; } = "";

    /// <summary>The domain; empty for the operators of ONNX.</summary>
    public string Domain { get; protected init; } = "";

    /// <summary>The inputs; null where an optional one is left out.</summary>
    public ValueView?[] Inputs { get; protected init; } = [];

    /// <summary>The outputs; null where an optional one is left out.</summary>
    public ValueView?[] Outputs { get; protected init; } = [];

    /// <summary>What the node's subgraphs read from around it.</summary>
    public ValueView?[] ImplicitInputs { get; protected init; } = [];

    /// <summary>The node's name, or what it yields where it has none.</summary>
    public string Label => Name.Length > 0 ? Name : $"{OpType} of {Outputs.FirstOrDefault()?.Name}";

    /// <summary>Whether the node is an operator of ONNX itself.</summary>
    public bool IsOnnx(string opType) => OpType == opType && Domain is "" or "ai.onnx";

    /// <summary>The input at a place, null where it is left out.</summary>
    public ValueView? Input(int index) => index < Inputs.Length ? Inputs[index] : null;

    /// <summary>An integer attribute.</summary>
    public abstract long GetInt(string name, long fallback);

    /// <summary>A real attribute.</summary>
    public abstract float GetFloat(string name, float fallback);

    /// <summary>A list of integers; null where the attribute is absent.</summary>
    public abstract long[]? GetInts(string name);

    /// <summary>A text attribute.</summary>
    public abstract string GetString(string name, string fallback);

    /// <summary>A list of texts; null where the attribute is absent.</summary>
    public abstract string[]? GetStrings(string name);

    /// <summary>Whether an attribute is present, of whatever type.</summary>
    public abstract bool Has(string name);
}
