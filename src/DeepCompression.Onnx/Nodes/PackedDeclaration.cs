using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>
/// The entry of a graph's <c>value_info</c> that says the type and shape of a <c>PackedWeight</c>'s output: no runtime can see
/// them in the blob (FORMAT.md, part 1). A graph that had such an entry keeps it when the weight is unpacked.
/// </summary>
internal static class PackedDeclaration
{
    private const string Key = "declared"; // metadata of a node whose output we declared

    /// <summary>Declares the output of a node, where it is packed and not declared yet.</summary>
    public static void Add(GraphProto graph, NodeProto node, NodeContent content)
    {
        string name = node.Output[0];
        if (content.OperatorType != NodeDomain.PackedWeight || graph.ValueInfo.Concat(graph.Output).Any(value => value.Name == name))
            return;

        PackedHeader header = TensorCompressor.ReadHeader(content.Inputs[0].Content.Span);
        TypeProto.Types.Tensor type = new() { ElemType = (int)header.ElementType, Shape = new TensorShapeProto() };
        foreach (long dimension in header.Shape.Dimensions)
            type.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dimension });
        graph.ValueInfo.Add(new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } });
        node.MetadataProps.Add(new StringStringEntryProto { Key = Key, Value = "1" });
    }

    /// <summary>Takes the declaration of a node back.</summary>
    public static void Remove(WeightNode node)
    {
        if (node.Node.MetadataProps.FirstOrDefault(entry => entry.Key == Key) is not { } entry)
            return;
        node.Node.MetadataProps.Remove(entry);
        if (node.Scope.Graph is { } graph && graph.ValueInfo.FirstOrDefault(value => value.Name == node.Name) is { } declaration)
            graph.ValueInfo.Remove(declaration);
    }
}
