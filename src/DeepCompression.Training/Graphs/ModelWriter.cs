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
            needed.UnionWith(node.Input);
            foreach (AttributeProto attribute in node.Attribute.Where(attribute => attribute.G is not null))
                needed.UnionWith(OuterValues(attribute.G));
        }

        kept.Reverse();
        foreach (NodeProto node in kept)
        {
            NodeProto copy = node.Clone();
            // An output that nobody reads is left out: the runtime then need not compute it.
            for (int i = 1; i < copy.Output.Count; i++)
                copy.Output[i] = needed.Contains(copy.Output[i]) ? copy.Output[i] : "";
            while (copy.Output.Count > 1 && copy.Output[^1].Length == 0)
                copy.Output.RemoveAt(copy.Output.Count - 1);
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

    private static IEnumerable<string> OuterValues(GraphProto body) =>
        body.Node.SelectMany(node => node.Input.Concat(node.Attribute.Where(attribute => attribute.G is not null).SelectMany(attribute => OuterValues(attribute.G))))
            .Concat(body.Output.Select(output => output.Name));
}
