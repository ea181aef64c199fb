using DeepCompression.Onnx.Schema;

namespace DeepCompression.Training.Graphs;

/// <summary>
/// A model made ready to be differentiated: every shape static, everything that does not depend on data or weights a constant,
/// and every node written in today's operators.
/// </summary>
internal sealed class ForwardGraph
{
    private ForwardGraph(GraphBuilder builder, Dictionary<string, TensorType> inputs, IReadOnlyList<string> outputs, IReadOnlyDictionary<string, TensorProto> weights, ModelProto source)
    {
        Builder = builder;
        Inputs = inputs;
        Outputs = outputs;
        Weights = weights;
        Source = source;
    }

    public GraphBuilder Builder { get; }

    public Dictionary<string, TensorType> Inputs { get; }

    public IReadOnlyList<string> Outputs { get; }

    /// <summary>The constants that are trained, by name.</summary>
    public IReadOnlyDictionary<string, TensorProto> Weights { get; }

    public ModelProto Source { get; }

    /// <summary>Prepares a model in three steps: see what it computes, take what is constant out, rewrite what is left.</summary>
    public static ForwardGraph Prepare(ModelProto model, int batchSize, IReadOnlyDictionary<string, long[]> inputShapes, Func<string, bool> isTrainable)
    {
        long version = model.OpsetImport.FirstOrDefault(import => import.Domain is "" or "ai.onnx")?.Version
            ?? throw new InvalidDataException("The model does not say which version of the standard operators it uses.");
        if (version < OpsetUpgrade.OldestVersion)
            throw new NotSupportedException($"The model uses version {version} of the standard operators; {OpsetUpgrade.OldestVersion} or later can be trained.");

        Dictionary<string, TensorProto> initializers = model.Graph.Initializer.ToDictionary(tensor => tensor.Name);
        List<NodeProto> nodes = [];
        foreach (NodeProto node in model.Graph.Node)
        {
            if (ConstantOf(node) is { } constant)
                initializers[constant.Name] = constant;
            else
                nodes.Add(node.Clone());
        }

        Dictionary<string, TensorType> inputs = ShapeObserver.InputTypes(model.Graph, batchSize, inputShapes);
        Dictionary<string, TensorProto> weights = WeightFinder.Find(nodes, initializers).Where(isTrainable).ToDictionary(name => name, name => initializers[name]);
        HashSet<string> constants = ConstantValues(nodes, initializers.Keys.Except(weights.Keys));
        (Dictionary<string, TensorType> types, Dictionary<string, TensorProto> contents) = ShapeObserver.Observe(model, inputs, constants);

        GraphBuilder builder = new();
        foreach ((string name, TensorType type) in types.Concat(inputs))
            builder.Types[name] = type;
        foreach ((string name, TensorProto weight) in weights)
            builder.Types[name] = new TensorType(weight.DataType, [.. weight.Dims]);
        foreach (TensorProto tensor in initializers.Values.Where(tensor => !weights.ContainsKey(tensor.Name)).Concat(contents.Values))
            builder.AddConstant(tensor);
        OpsetUpgrade upgrade = new(builder, version);
        foreach (NodeProto node in nodes.Where(node => !node.Output.Any(contents.ContainsKey)))
            upgrade.Add(node);
        return new ForwardGraph(builder, inputs, [.. model.Graph.Output.Select(output => output.Name)], weights, model);
    }

    /// <summary>The values that depend on constants and shapes alone.</summary>
    private static HashSet<string> ConstantValues(List<NodeProto> nodes, IEnumerable<string> constants)
    {
        HashSet<string> known = [.. constants];
        HashSet<string> folded = [];
        foreach (NodeProto node in nodes)
        {
            bool hasGraph = node.Attribute.Any(attribute => attribute.G is not null);
            bool isRandom = node.OpType.StartsWith("Random", StringComparison.Ordinal) || node.OpType is "Multinomial" or "Bernoulli";
            bool isConstant = node.OpType is "Shape" or "Size" || node.Input.All(input => input.Length == 0 || known.Contains(input));
            if (!isConstant || hasGraph || isRandom)
                continue;
            known.UnionWith(node.Output);
            folded.UnionWith(node.Output);
        }

        return folded;
    }

    private static TensorProto? ConstantOf(NodeProto node)
    {
        if (node.OpType != "Constant" || node.Domain is not ("" or "ai.onnx") || node.Attribute.Count != 1)
            return null;
        AttributeProto attribute = node.Attribute[0];
        string name = node.Output[0];
        switch (attribute.Name)
        {
            case "value":
                TensorProto tensor = attribute.T.Clone();
                tensor.Name = name;
                return tensor;
            case "value_float": return TensorProtos.Make(name, [], [attribute.F]);
            case "value_floats": return TensorProtos.Make(name, [attribute.Floats.Count], (float[])[.. attribute.Floats]);
            case "value_int": return TensorProtos.Make(name, [], [attribute.I]);
            case "value_ints": return TensorProtos.Make(name, [attribute.Ints.Count], (long[])[.. attribute.Ints]);
            default: return null;
        }
    }
}
