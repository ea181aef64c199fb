using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using AttributeType = DeepCompression.Onnx.Schema.AttributeProto.Types.AttributeType;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx;

/// <summary>The products of a model's graph that can be computed with integers, and the surgery around them.</summary>
internal sealed class QuantizableGraph
{
    private readonly GraphProto _graph;
    private readonly Dictionary<string, string> _dequantized = [];

    public QuantizableGraph(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        (Model, _graph) = (model, model.Proto.Graph);
        Dictionary<string, Weight> weights = WeightWalker.Find(model).Where(weight => weight.Scope.Path.Length == 0).ToDictionary(weight => weight.Name);
        HashSet<string> constants = [.. _graph.Initializer.Select(tensor => tensor.Name), .. _graph.Node.Where(node => node.OpType == "Constant").Select(node => node.Output[0])];
        Products = [.. _graph.Node.Where(IsProduct)
            .Where(node => !constants.Contains(node.Input[0]) && weights.TryGetValue(node.Input[1], out Weight? weight)
                && weight is { ElementType: ElementType.Float32, IsOverridable: false, Shape: { Rank: >= 2, Length: > 0 } } && (node.OpType == "Conv" || weight.Shape.Rank == 2))
            .Select(node => (node, weights[node.Input[1]]))];
    }

    public OnnxModel Model { get; }

    /// <summary>Conv, Gemm and MatMul of an activation and a float32 weight.</summary>
    public IReadOnlyList<(NodeProto Node, Weight Weight)> Products { get; }

    /// <summary>The value behind a product that is quantized: its output, or that of the Relu or Clip that alone uses it; null for an output of the graph.</summary>
    public string? QuantizedOutputOf(NodeProto node)
    {
        string output = node.Output[0];
        if (_graph.Output.Any(other => other.Name == output))
            return null;
        NodeProto[] users = [.. UsersOf(output)];
        if (users is [{ OpType: "Relu" or "Clip" } activation] && activation.Input[0] == output)
            output = activation.Output[0];
        return _graph.Output.Any(other => other.Name == output) ? null : output;
    }

    /// <summary>Adds integers and their DequantizeLinear before a node.</summary>
    /// <returns>The name of the float value.</returns>
    public string Dequantize(string name, NodeProto before, DataType type, long[] shape, byte[] integers, float[] scales, int axis)
    {
        string key = $"{name} {type} {string.Join(' ', scales)}";
        if (_dequantized.TryGetValue(key, out string? known))
        {
            RemoveIfUnused(name, before);
            return known;
        }

        int size = type == DataType.Int32 ? sizeof(int) : 1;
        var node = new NodeProto { OpType = "DequantizeLinear" };
        node.Input.Add(DenseReplacement.AddInitializer(_graph, $"{name}.quantized", new NodeInput("", (int)type, shape, integers)));
        node.Input.Add(DenseReplacement.AddInitializer(_graph, $"{name}.scale", new NodeInput("", (int)DataType.Float, [scales.Length], MemoryMarshal.AsBytes(scales.AsSpan()).ToArray())));
        node.Input.Add(DenseReplacement.AddInitializer(_graph, $"{name}.zero", new NodeInput("", (int)type, [scales.Length], new byte[scales.Length * size])));
        node.Attribute.Add(new AttributeProto { Name = "axis", I = axis, Type = AttributeType.Int });
        node.Output.Add(FreeName($"{name}.dequantized"));
        _graph.Node.Insert(DenseReplacement.IndexOf(_graph.Node, before), node);
        RemoveIfUnused(name, before);
        return _dequantized[key] = node.Output[0];
    }

    /// <summary>Quantizes and dequantizes an activation, for the products that use it or for all that do.</summary>
    public void InsertPair(string name, ActivationRange range, bool forAll, List<PassNote> changed)
    {
        (float scale, byte zero) = range.ToUInt8();
        string scaleName = DenseReplacement.AddInitializer(_graph, $"{name}.scale", new NodeInput("", (int)DataType.Float, [], MemoryMarshal.AsBytes([scale]).ToArray()));
        string zeroName = DenseReplacement.AddInitializer(_graph, $"{name}.zero", new NodeInput("", (int)DataType.Uint8, [], new byte[] { zero }));
        string quantized = FreeName($"{name}.quantized"), dequantized = FreeName($"{name}.dequantized");
        HashSet<NodeProto> products = new(Products.Select(product => product.Node), ReferenceEqualityComparer.Instance);
        foreach (NodeProto user in UsersOf(name).Where(user => forAll || products.Contains(user)).ToArray())
        {
            for (int i = 0; i < user.Input.Count; i++)
            {
                if (user.Input[i] == name)
                    user.Input[i] = dequantized;
            }
        }

        NodeProto? producer = _graph.Node.FirstOrDefault(node => node.Output.Contains(name));
        int index = producer is null ? 0 : DenseReplacement.IndexOf(_graph.Node, producer) + 1;
        _graph.Node.Insert(index, Linear("QuantizeLinear", name, quantized, scaleName, zeroName));
        _graph.Node.Insert(index + 1, Linear("DequantizeLinear", quantized, dequantized, scaleName, zeroName));
        changed.Add(new PassNote(name, $"uint8, scale {scale}, zero {zero}"));
    }

    private static NodeProto Linear(string type, string input, string output, string scale, string zero)
    {
        var node = new NodeProto { OpType = type };
        node.Input.AddRange([input, scale, zero]);
        node.Output.Add(output);
        return node;
    }

    private static bool IsProduct(NodeProto node) => node.Domain is "" or "ai.onnx" && node.Input.Count >= 2 && node.OpType switch
    {
        "Conv" or "MatMul" => true,
        "Gemm" => !WeightLayout.IsSet(node, "transA") && node.Attribute.All(attribute => attribute.Name is not ("alpha" or "beta") || attribute.F == 1),
        _ => false,
    };

    private IEnumerable<NodeProto> UsersOf(string name) => _graph.Node.Where(node => node.Input.Contains(name));

    private string FreeName(string name)
    {
        while (_graph.Node.Any(node => node.Output.Contains(name)) || _graph.Initializer.Any(tensor => tensor.Name == name) || _graph.Input.Any(input => input.Name == name))
            name += "_";
        return name;
    }

    // The float weight goes when the last product has its integers; subgraphs may still use it.
    private void RemoveIfUnused(string name, NodeProto except)
    {
        bool isUsed = GraphScope.All(Model.Proto).Any(scope => scope.Nodes.Any(node => !ReferenceEquals(node, except) && node.Input.Contains(name)))
            || except.Input.Count(input => input == name) > 1 || _graph.Output.Any(output => output.Name == name);
        if (isUsed)
            return;
        if (_graph.Initializer.FirstOrDefault(tensor => tensor.Name == name) is { } initializer)
            DenseReplacement.RemoveReference(_graph.Initializer, initializer);
        else if (_graph.Node.FirstOrDefault(node => node.OpType == "Constant" && node.Output.Contains(name)) is { } constant)
            DenseReplacement.RemoveReference(_graph.Node, constant);
        if (_graph.Input.FirstOrDefault(input => input.Name == name) is { } listed)
            DenseReplacement.RemoveReference(_graph.Input, listed);
    }
}
