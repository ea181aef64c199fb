using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Training.Graphs;

/// <summary>
/// A graph under construction: nodes in topological order, constants, and the static types of the values that are known.
/// Equal nodes are added once.
/// </summary>
internal sealed class GraphBuilder
{
    /// <summary>The version of the standard operators that every graph is written in, or a later one.</summary>
    public const int OpsetVersion = 20;

    /// <summary>The operators of ONNX Runtime beside the standard.</summary>
    public const string ContribDomain = "com.microsoft";

    private readonly Dictionary<string, string> _known = [];
    private readonly Dictionary<string, string> _knownConstants = [];
    private readonly Dictionary<string, string> _renamed = [];
    private readonly HashSet<string> _made = [];
    private readonly HashSet<string> _published = [];
    private int _names;

    public List<NodeProto> Nodes { get; } = [];

    public Dictionary<string, TensorProto> Constants { get; } = [];

    public Dictionary<string, TensorType> Types { get; } = [];

    /// <summary>
    /// Values that belong to a node though another one behind it computes them, by the node's first output: their gradient is given
    /// to the rule of that node, as that of one more output.
    /// </summary>
    public Dictionary<string, string> Behind { get; } = [];

    public long[] Shape(string value) => Type(value).Shape;

    public TensorType Type(string value) =>
        Types.TryGetValue(value, out TensorType type) ? type : throw new NotSupportedException($"The shape of value '{value}' is not known; it is needed for a gradient.");

    /// <summary>A name that no value has.</summary>
    public string NewName(string stem)
    {
        string name;
        do
            name = $"train/{stem}_{_names++}";
        while (Types.ContainsKey(name) || Constants.ContainsKey(name));
        return name;
    }

    public string Op(string op, params string[] inputs) => Op(op, inputs, []);

    /// <summary>Adds a node of one output, or finds the equal one that is there.</summary>
    public string Op(string op, string[] inputs, (string Name, object Value)[] attributes, string domain = "")
    {
        NodeProto node = MakeNode(op, inputs, attributes, domain);
        string key = node.ToByteString().ToBase64();
        if (_known.TryGetValue(key, out string? output))
            return _renamed.GetValueOrDefault(output, output);
        output = NewName(op);
        _made.Add(output);
        node.Output.Add(output);
        Nodes.Add(node);
        _known.Add(key, output);
        return output;
    }

    /// <summary>Adds a node of several outputs.</summary>
    public string[] Ops(string op, string[] inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        NodeProto node = MakeNode(op, inputs, attributes, "");
        string[] names = [.. Enumerable.Range(0, outputs).Select(_ => NewName(op))];
        _made.UnionWith(names);
        node.Output.Add(names);
        Nodes.Add(node);
        return names;
    }

    public string Constant(float value) => Constant([], [value]);

    public string Constant(long[] shape, float[] values) => Keep(name => TensorProtos.Make(name, shape, values));

    public string Constant(long[] shape, int[] values) => Keep(name => TensorProtos.Make(name, shape, values));

    /// <summary>A vector of int64, such as a shape or axes.</summary>
    public string Constant(params long[] values) => Keep(name => TensorProtos.Make(name, [values.Length], values));

    public string Constant(long[] shape, long[] values) => Keep(name => TensorProtos.Make(name, shape, values));

    /// <summary>
    /// Gives a value a name of its own, for an output of the graph: the node that makes it is renamed if it was made here and has
    /// no such name yet, otherwise a copy is made.
    /// </summary>
    public void Publish(string value, string name, TensorType? type)
    {
        value = _renamed.GetValueOrDefault(value, value);
        NodeProto? producer = _published.Contains(value) ? null : Nodes.Find(node => node.Output.Contains(value));
        if (producer is null || !_made.Contains(value))
        {
            producer = MakeNode("Identity", [value], [], "");
            producer.Output.Add(name);
            Nodes.Add(producer);
        }
        else
        {
            producer.Output[producer.Output.IndexOf(value)] = name;
            foreach (NodeProto node in Nodes)
            {
                for (int i = 0; i < node.Input.Count; i++)
                    node.Input[i] = node.Input[i] == value ? name : node.Input[i];
            }

            _renamed[value] = name;
        }

        _published.Add(name);
        if (type is { } known)
            Types[name] = known;
    }

    /// <summary>A copy that can be built on apart; constants are shared.</summary>
    public GraphBuilder Clone()
    {
        GraphBuilder copy = new() { _names = _names };
        copy.Nodes.AddRange(Nodes.Select(node => node.Clone()));
        foreach ((string name, TensorProto tensor) in Constants)
            copy.Constants.Add(name, tensor);
        foreach ((string name, TensorType type) in Types)
            copy.Types.Add(name, type);
        return copy;
    }

    /// <summary>Takes a constant under the name it has.</summary>
    public void AddConstant(TensorProto tensor)
    {
        Constants[tensor.Name] = tensor;
        Types[tensor.Name] = new TensorType(tensor.DataType, [.. tensor.Dims]);
    }

    private string Keep(Func<string, TensorProto> make)
    {
        string key = make("").ToByteString().ToBase64();
        if (_knownConstants.TryGetValue(key, out string? known))
            return known;
        string name = NewName("constant");
        AddConstant(make(name));
        _knownConstants.Add(key, name);
        return name;
    }

    private NodeProto MakeNode(string op, string[] inputs, (string Name, object Value)[] attributes, string domain)
    {
        NodeProto node = new() { OpType = op, Domain = domain };
        node.Input.Add(inputs.Select(input => _renamed.GetValueOrDefault(input, input)));
        foreach ((string name, object value) in attributes)
            node.Set(name, value);
        return node;
    }
}
