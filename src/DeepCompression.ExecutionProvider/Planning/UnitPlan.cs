using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>How one operator would be computed from its compressed weights.</summary>
/// <param name="Node">The operator.</param>
/// <param name="Weights">The weights it reads that are nodes of ours.</param>
/// <param name="Followers">The nodes behind it that are computed with it, in order.</param>
internal abstract record UnitPlan(NodeView Node, IReadOnlyList<WeightNode> Weights, IReadOnlyList<NodeView> Followers)
{
    /// <summary>What the kernel and the stock operator are expected to cost.</summary>
    public abstract KernelEstimate Estimate { get; }

    /// <summary>The values that the operator, with its followers, yields.</summary>
    public IReadOnlyList<ValueView?> Results => Followers.Count == 0 ? Node.Outputs : Followers[^1].Outputs;

    /// <summary>Builds the kernel.</summary>
    public abstract Unit Compile(CompileContext context);
}
