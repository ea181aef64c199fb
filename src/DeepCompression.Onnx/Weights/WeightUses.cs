using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>Who uses which value of a model. Names are resolved as ONNX does: the innermost scope that defines a name owns it.</summary>
internal sealed class WeightUses
{
    // By reference: hashing a message would read all of the model for every name.
    private readonly Dictionary<object, Dictionary<string, List<(GraphScope Scope, WeightConsumer Consumer)>>> _uses = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, HashSet<string>> _definitions = new(ReferenceEqualityComparer.Instance);

    public WeightUses(IReadOnlyList<GraphScope> scopes)
    {
        foreach (GraphScope scope in scopes)
        {
            _definitions[KeyOf(scope)] = DefinitionsOf(scope);
            _uses[KeyOf(scope)] = [];
        }

        foreach (GraphScope scope in scopes)
        {
            foreach (NodeProto node in scope.Nodes)
            {
                for (int i = 0; i < node.Input.Count; i++)
                {
                    if (node.Input[i].Length > 0)
                        Add(scope, node, i);
                }
            }
        }
    }

    /// <summary>The uses of a name that a scope defines.</summary>
    public IReadOnlyList<(GraphScope Scope, WeightConsumer Consumer)> Of(GraphScope scope, string name) =>
        _uses[KeyOf(scope)].TryGetValue(name, out var uses) ? uses : [];

    private static object KeyOf(GraphScope scope) => (object?)scope.Graph ?? scope.Function!;

    private static HashSet<string> DefinitionsOf(GraphScope scope)
    {
        HashSet<string> names = [.. scope.Nodes.SelectMany(node => node.Output)];
        if (scope.Graph is { } graph)
        {
            names.UnionWith(graph.Input.Select(input => input.Name));
            names.UnionWith(graph.Initializer.Select(tensor => tensor.Name));
            names.UnionWith(graph.SparseInitializer.Select(sparse => sparse.Values?.Name ?? ""));
        }
        else
        {
            names.UnionWith(scope.Function!.Input);
        }

        return names;
    }

    private void Add(GraphScope scope, NodeProto node, int input)
    {
        for (GraphScope? owner = scope; owner is not null; owner = owner.Parent)
        {
            if (!_definitions[KeyOf(owner)].Contains(node.Input[input]))
                continue;
            Dictionary<string, List<(GraphScope Scope, WeightConsumer Consumer)>> owned = _uses[KeyOf(owner)];
            if (!owned.TryGetValue(node.Input[input], out var uses))
                owned[node.Input[input]] = uses = [];
            uses.Add((scope, new WeightConsumer(node, input, scope.Path)));
            return;
        }
    }
}
