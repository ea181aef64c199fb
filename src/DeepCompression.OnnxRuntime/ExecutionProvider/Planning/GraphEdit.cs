using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.OnnxRuntime.Messages;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>What becomes of one graph: which nodes give way to which others, and which constants nobody reads then.</summary>
internal sealed class GraphEdit
{
    private readonly HashSet<NodeMessage> _removed = [];
    private readonly Dictionary<NodeMessage, PreparedUnit> _units = [];
    private readonly HashSet<string> _dropped = [];
    private readonly HashSet<string> _read;
    private readonly Dictionary<NodeMessage, FoldedNormalization> _folded = [];

    public GraphEdit(ModelPlan.GraphPlan plan)
    {
        foreach (Claim claim in plan.Claims)
        {
            foreach (NodeView node in claim.Nodes)
                _removed.Add(MessageOf(node));
            foreach (UnitPlan unit in claim.Units)
            {
                PreparedUnit prepared = new(unit);
                Units.Add(prepared);
                _units[MessageOf(unit.Followers.Count > 0 ? unit.Followers[^1] : unit.Node)] = prepared;
            }
        }

        foreach (WeightNode weight in plan.Declined)
        {
            _removed.Add(MessageOf(weight.Node));
            if (plan.Graph.IsOutermost && FoldedNormalization.Match(plan.Graph.View, weight) is FoldedNormalization folded)
            {
                _folded.Add(MessageOf(folded.Convolution), folded);
                _removed.Add(MessageOf(folded.Normalization));
            }
        }

        _read = ReadNames(plan.Graph.Message);
        foreach (NodeMessage node in _removed.Concat(_folded.Keys))
            _dropped.UnionWith(node.Inputs);
        _dropped.ExceptWith(_read);
        foreach (WeightNode weight in plan.Declined)
        {
            if (_read.Contains(weight.Output.Name))
                Dense.Add(weight);
        }
    }

    /// <summary>Whether the graph stays as it is.</summary>
    public bool IsEmpty => _removed.Count == 0;

    /// <summary>The operators that are computed from compressed weights.</summary>
    public List<PreparedUnit> Units { get; } = [];

    /// <summary>The weights that are dense again.</summary>
    public List<WeightNode> Dense { get; } = [];

    /// <summary>The convolutions that normalize as well.</summary>
    public IReadOnlyCollection<FoldedNormalization> Folded => _folded.Values;

    /// <summary>What a convolution does beside; null for every other node.</summary>
    public FoldedNormalization? FoldedInto(NodeMessage node) => _folded.GetValueOrDefault(node);

    /// <summary>What stands in for a node that is the last of an operator with its followers; null for every other node.</summary>
    public PreparedUnit? UnitAt(NodeMessage node) => _units.GetValueOrDefault(node);

    /// <summary>Whether a node is left out.</summary>
    public bool IsRemoved(NodeMessage node) => _removed.Contains(node) || (node is { OpType: "Constant", IsOnnx: true, Outputs: [string name] } && _dropped.Contains(name));

    /// <summary>Whether a constant is left out.</summary>
    public bool IsDropped(string constant) => _dropped.Contains(constant);

    /// <summary>Whether anything reads a value of the graph.</summary>
    public bool IsRead(string value) => _read.Contains(value);

    private static NodeMessage MessageOf(NodeView node) => ((ModelNode)node).Message;

    // What is read of the graph's values when the nodes are gone.
    private HashSet<string> ReadNames(GraphMessage graph)
    {
        HashSet<string> read = [];
        foreach (ValueMessage output in graph.Outputs)
            read.Add(output.Name);
        foreach (NodeMessage node in graph.Nodes)
        {
            if (_folded.ContainsKey(node))
                read.UnionWith(node.Inputs.Take(2)); // all but the bias
            else if (!_removed.Contains(node))
                read.UnionWith(node.NamesRead);
        }

        foreach (PreparedUnit unit in Units)
            read.UnionWith(unit.Inputs);
        return read;
    }
}
