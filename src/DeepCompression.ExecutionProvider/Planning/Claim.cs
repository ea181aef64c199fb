using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Nodes that the runtime replaces by one of ours.</summary>
/// <param name="Weights">The weights, each with all of its readers in <paramref name="Units"/>.</param>
/// <param name="Units">The operators; none where a weight is only decoded.</param>
/// <param name="Vectors">Biases and the like that nothing but the operators reads.</param>
internal sealed record Claim(IReadOnlyList<WeightNode> Weights, IReadOnlyList<UnitPlan> Units, IReadOnlyList<WeightNode> Vectors)
{
    /// <summary>All nodes of the claim.</summary>
    public IEnumerable<NodeView> Nodes => [.. Weights.Concat(Vectors).Select(weight => weight.Node), .. Units.SelectMany(unit => unit.Followers.Prepend(unit.Node))];
}
