using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.OnnxRuntime.Messages;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>Reads the graphs of a model file as the execution provider looks at graphs, with the shapes that follow from the file.</summary>
internal sealed class ModelGraph
{
    private const int FirstWithConstants = 4; // IR version from which callers can override an initializer that is an input, too

    private readonly ModelGraph? _outer;
    private readonly Dictionary<string, ModelValue> _values;
    private readonly Dictionary<string, TensorMessage> _constants;
    private readonly Dictionary<string, long[]?> _declared = [];
    private readonly HashSet<string> _outputs = [];

    private ModelGraph(ModelMessage model, GraphMessage graph, ModelGraph? outer)
    {
        (Message, _outer) = (graph, outer);
        (_values, _constants) = (new Dictionary<string, ModelValue>(graph.Initializers.Count + (2 * graph.Nodes.Count)), new Dictionary<string, TensorMessage>(graph.Initializers.Count));
        Declare(graph.Inputs);
        Declare(graph.Values);
        Declare(graph.Outputs);
        foreach (ValueMessage output in graph.Outputs)
            _outputs.Add(output.Name);
        foreach (TensorMessage tensor in graph.Initializers)
            _constants[tensor.Name] = tensor;
        if (model.IrVersion >= FirstWithConstants)
            graph.Inputs.ForEach(input => _constants.Remove(input.Name));

        List<NodeView> nodes = new(graph.Nodes.Count);
        Func<string, ModelValue?> value = Value;
        foreach (NodeMessage message in graph.Nodes)
        {
            if (message is { OpType: "Constant", IsOnnx: true, Outputs: [string name] })
            {
                if (message.Constant is TensorMessage tensor)
                    _constants[name] = tensor;
                continue;
            }

            ModelNode node = new(message, value);
            nodes.Add(node);
            ShapeRules.Infer(node);
        }

        View = new GraphView(graph.Name, [.. nodes]);
        foreach (NodeMessage node in graph.Nodes)
        {
            foreach (GraphMessage inner in node.Graphs)
                Inner.Add(new ModelGraph(model, inner, this));
        }
    }

    /// <summary>The graph itself.</summary>
    public GraphView View { get; }

    /// <summary>The graph's message.</summary>
    public GraphMessage Message { get; }

    /// <summary>Whether the graph is within no other.</summary>
    public bool IsOutermost => _outer is null;

    private List<ModelGraph> Inner { get; } = [];

    /// <summary>Reads the model's graph and all graphs within it, outer ones first.</summary>
    public static IEnumerable<ModelGraph> ReadAll(ModelMessage model) => new ModelGraph(model, model.Graph, null).All();

    private IEnumerable<ModelGraph> All() => Inner.SelectMany(inner => inner.All()).Prepend(this);

    private void Declare(List<ValueMessage> values)
    {
        foreach (ValueMessage value in values)
            _declared[value.Name] = value.Shape;
    }

    private ModelValue? Value(string name)
    {
        if (name.Length == 0)
            return null;
        if (!_values.TryGetValue(name, out ModelValue? value))
        {
            bool isDeclared = _declared.TryGetValue(name, out long[]? shape);
            value = isDeclared || _constants.ContainsKey(name) || _outer is null || !_outer.Knows(name)
                ? new ModelValue(name, _outputs.Contains(name), _constants.GetValueOrDefault(name), shape)
                : _outer.Value(name)!;
            _values[name] = value;
        }

        return value;
    }

    private bool Knows(string name) => _values.ContainsKey(name) || _constants.ContainsKey(name) || _declared.ContainsKey(name) || (_outer?.Knows(name) ?? false);
}
