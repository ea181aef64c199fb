using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Nodes that the runtime replaces by one of ours.</summary>
/// <param name="Weights">The weights, each with all of its readers in <paramref name="Units"/>.</param>
/// <param name="Units">The operators; none where a weight is only decoded.</param>
internal sealed record Claim(IReadOnlyList<WeightNode> Weights, IReadOnlyList<UnitPlan> Units)
{
    /// <summary>All nodes of the claim.</summary>
    public IEnumerable<NodeView> Nodes => [.. Weights.Select(weight => weight.Node), .. Units.SelectMany(unit => unit.Followers.Prepend(unit.Node))];
}
