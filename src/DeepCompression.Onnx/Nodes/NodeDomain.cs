namespace DeepCompression.Onnx;

/// <summary>The operator domain of compressed weights (FORMAT.md, part 1).</summary>
public static class NodeDomain
{
    /// <summary>The name of the domain.</summary>
    public const string Name = "ai.deepcompression";

    /// <summary>The version of the domain.</summary>
    public const int Version = 1;

    /// <summary>A shared and pruned weight: gaps and codes.</summary>
    public const string SparseWeight = "SparseWeight";

    /// <summary>A shared weight: a code an element.</summary>
    public const string SharedWeight = "SharedWeight";

    /// <summary>A pruned weight that is not shared: gaps and values.</summary>
    public const string PrunedWeight = "PrunedWeight";

    /// <summary>An entropy-coded weight: one blob.</summary>
    public const string PackedWeight = "PackedWeight";
}
