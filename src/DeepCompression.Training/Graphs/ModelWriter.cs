using DeepCompression.Onnx.Schema;

namespace DeepCompression.Training.Graphs;

/// <summary>Writes a model of the nodes that some outputs need.</summary>
internal static class ModelWriter
{
    private const long IrVersion = 9; // of operator set 20

    public static ModelProto Write(GraphBuilder graph, string name, IEnumerable<KeyValuePair<string, TensorType>> inputs, IEnumerable<string> outputs, ModelProto source)
    {
        ModelProto model = new() { IrVersion = Math.Max(IrVersion, source.IrVersion), ProducerName = "DeepCompression.Training", Graph = new GraphProto { Name = name } };
        long version = Math.Max(GraphBuilder.OpsetVersion, source.OpsetImport.Where(import => import.Domain is "" or "ai.onnx").Max(import => import.Version));
        model.OpsetImport.Add(new OperatorSetIdProto { Version = version });
        model.OpsetImport.Add(source.OpsetImport.Where(import => import.Domain is not ("" or "ai.onnx" or GraphBuilder.ContribDomain)));
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = GraphBuilder.ContribDomain, Version = 1 });
        model.Functions.Add(source.Functions);

        HashSet<string> needed = [.. outputs];
        List<NodeProto> kept = [];
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            NodeProto node = graph.Nodes[i];
            if (!node.Output.Any(needed.Contains))
                continue;
            kept.Add(node);
            needed.UnionWith(node.Reads());
        }

        kept.Reverse();
        foreach (NodeProto node in kept)
        {
            NodeProto copy = node.Clone();
            if (copy.OpType is "MaxPool" or "LayerNormalization" or "LSTM" or "GRU")
                DropUnread(copy, needed);
            model.Graph.Node.Add(copy);
        }

        model.Graph.Initializer.Add(graph.Constants.Values.Where(tensor => needed.Contains(tensor.Name)));
        foreach ((string input, TensorType type) in inputs)
        {
            if (needed.Contains(input))
                model.Graph.Input.Add(Info(input, type));
        }

        foreach (string output in outputs)
            model.Graph.Output.Add(graph.Types.TryGetValue(output, out TensorType type) ? Info(output, type) : new ValueInfoProto { Name = output });
        return model;
    }

    public static ValueInfoProto Info(string name, TensorType type)
    {
        TensorShapeProto shape = new();
        foreach (long dimension in type.Shape)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dimension });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type.ElementType, Shape = shape } } };
    }

    /// <summary>Leaves out the optional outputs that nobody reads: the runtime then need not compute them.</summary>
    private static void DropUnread(NodeProto node, HashSet<string> needed)
    {
        for (int i = 1; i < node.Output.Count; i++)
            node.Output[i] = needed.Contains(node.Output[i]) ? node.Output[i] : "";
        while (node.Output.Count > 1 && node.Output[^1].Length == 0)
            node.Output.RemoveAt(node.Output.Count - 1);
    }
}
