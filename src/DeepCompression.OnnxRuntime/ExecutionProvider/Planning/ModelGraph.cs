using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>Reads the graphs of a model file as the execution provider looks at graphs, with the shapes that follow from the file.</summary>
internal sealed class ModelGraph
{
    private const int FirstWithConstants = 4; // IR version from which an initializer that is no input is a constant that callers cannot override

    private readonly OnnxModel _model;
    private readonly ModelGraph? _outer;
    private readonly Dictionary<string, ModelValue> _values = [];
    private readonly Dictionary<string, TensorProto> _constants = [];
    private readonly Dictionary<string, long[]?> _declared = [];
    private readonly HashSet<string> _outputs;

    private ModelGraph(OnnxModel model, GraphProto graph, ModelGraph? outer)
    {
        (_model, _outer) = (model, outer);
        _outputs = [.. graph.Output.Select(output => output.Name)];
        foreach (ValueInfoProto value in graph.Input.Concat(graph.ValueInfo).Concat(graph.Output))
            _declared[value.Name] = ShapeOf(value.Type);
        HashSet<string> overridable = model.Proto.IrVersion < FirstWithConstants ? [] : [.. graph.Input.Select(input => input.Name)];
        foreach (TensorProto tensor in graph.Initializer.Where(tensor => !overridable.Contains(tensor.Name)))
            _constants[tensor.Name] = tensor;

        List<ModelNode> nodes = [];
        foreach (NodeProto proto in graph.Node)
        {
            if (proto is { OpType: "Constant", Domain: "" or "ai.onnx", Output.Count: 1 })
            {
                if (proto.Attribute is [{ Name: "value", T: TensorProto tensor }])
                    _constants[proto.Output[0]] = tensor;
                continue;
            }

            ModelNode node = new(proto, Value);
            nodes.Add(node);
            ShapeRules.Infer(node);
        }

        View = new GraphView(graph.Name, [.. nodes]);
        Inner = [.. graph.Node.SelectMany(node => node.Attribute).SelectMany(ModelNode.Graphs).Select(inner => new ModelGraph(model, inner, this))];
    }

    /// <summary>The graph itself.</summary>
    public GraphView View { get; }

    private ModelGraph[] Inner { get; }

    /// <summary>Reads the model's graph and all graphs within it, outer ones first.</summary>
    public static IEnumerable<GraphView> ReadAll(OnnxModel model) => new ModelGraph(model, model.Proto.Graph, null).All();

    private IEnumerable<GraphView> All() => Inner.SelectMany(inner => inner.All()).Prepend(View);

    private ModelValue? Value(string name)
    {
        if (name.Length == 0)
            return null;
        if (!_values.TryGetValue(name, out ModelValue? value))
        {
            bool isDeclared = _declared.TryGetValue(name, out long[]? shape);
            value = isDeclared || _constants.ContainsKey(name) || _outer is null || !_outer.Knows(name)
                ? new ModelValue(_model, name, _outputs.Contains(name), _constants.GetValueOrDefault(name), shape)
                : _outer.Value(name)!;
            _values[name] = value;
        }

        return value;
    }

    private bool Knows(string name) => _values.ContainsKey(name) || _constants.ContainsKey(name) || _declared.ContainsKey(name) || (_outer?.Knows(name) ?? false);

    private static long[]? ShapeOf(TypeProto? type)
    {
        if (type?.TensorType?.Shape is not TensorShapeProto shape)
            return null;
        long[] result = new long[shape.Dim.Count];
        for (int i = 0; i < result.Length; i++)
            result[i] = shape.Dim[i].ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && shape.Dim[i].DimValue > 0 ? shape.Dim[i].DimValue : -1;
        return result;
    }
}
