using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>Who uses which value of a model. Names are resolved as ONNX does: the innermost scope that defines a name owns it.</summary>
internal sealed class WeightUses
{
    // By graph or function, compared by reference: messages are equal where their content is. A name without uses has an empty list.
    private readonly Dictionary<object, Dictionary<string, List<(GraphScope Scope, WeightConsumer Consumer)>>> _uses = new(ReferenceEqualityComparer.Instance);

    public WeightUses(IReadOnlyList<GraphScope> scopes)
    {
        foreach (GraphScope scope in scopes)
            _uses[KeyOf(scope)] = DefinitionsOf(scope).Distinct().ToDictionary(name => name, _ => new List<(GraphScope, WeightConsumer)>());
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

    private static IEnumerable<string> DefinitionsOf(GraphScope scope)
    {
        IEnumerable<string> outputs = scope.Nodes.SelectMany(node => node.Output);
        return scope.Graph is { } graph
            ? outputs.Concat(graph.Input.Select(input => input.Name))
                .Concat(graph.Initializer.Select(tensor => tensor.Name))
                .Concat(graph.SparseInitializer.Select(sparse => sparse.Values?.Name ?? ""))
            : outputs.Concat(scope.Function!.Input);
    }

    private void Add(GraphScope scope, NodeProto node, int input)
    {
        for (GraphScope? owner = scope; owner is not null; owner = owner.Parent)
        {
            if (!_uses[KeyOf(owner)].TryGetValue(node.Input[input], out var uses))
                continue;
            uses.Add((scope, new WeightConsumer(node, input, scope.Path)));
            return;
        }
    }
}
