using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Convolutions and fully connected layers that follow one another, computed as one on a batch.</summary>
internal sealed record ChainPlan(NodeView Node, IReadOnlyList<WeightNode> Weights, IReadOnlyList<NodeView> Followers, IReadOnlyList<ChainPlan.Layer> Layers)
    : UnitPlan(Node, Weights, Followers)
{
    /// <summary>Samples of a batch from which on a chain is worth its while: those that stand in the lanes.</summary>
    public const int LeastBatch = 16;

    /// <inheritdoc/>
    public override KernelEstimate Estimate => new(Layers.Sum(layer => layer.Estimate.Kernel), Layers.Sum(layer => layer.Estimate.Dense));

    /// <summary>The operators that read the weights.</summary>
    public IEnumerable<NodeView> Readers => Layers.Select(layer => layer.Plan.Node);

    /// <summary>Finds the longest chain that begins with an operator.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="start">The operator.</param>
    /// <param name="weights">The weights of the graph by the name of the value they yield.</param>
    /// <returns>The chain; null where there are no two layers of one.</returns>
    public static ChainPlan? Match(GraphView graph, NodeView start, IReadOnlyDictionary<string, WeightNode> weights) => new ChainMatcher(graph, weights).Match(start);

    /// <inheritdoc/>
    protected override string MakeRecipe() => string.Join(';', [.. Layers.Select(layer => $"{layer.Plan.Recipe}|{string.Join(',', layer.InputShape)}|{string.Join(',', layer.OutputShape)}"), .. Followers.Select(node => node.OpType)]);

    /// <inheritdoc/>
    public override long[][]? InferShapes(long[] input) => input is [long batch, ..] ? [[batch, .. Layers[^1].OutputShape]] : null;

    /// <inheritdoc/>
    public override IDisposable BuildKernel(KernelOptions options) => new LayerChain([.. Layers.Select(layer => layer.Read())], options);

    /// <inheritdoc/>
    public override Unit Compile(CompileContext context) =>
        new ChainUnit(context.Share<LayerChain>(this), Layers[0].InputShape, Layers[^1].OutputShape, context.Input(Node.Input(0)), context.Output(Results[0]));

    /// <summary>One layer of a chain.</summary>
    /// <param name="Plan">The operator with what is fused behind it.</param>
    /// <param name="Estimate">What it costs a sample.</param>
    /// <param name="InputShape">The shape of a sample's input.</param>
    /// <param name="OutputShape">The shape of a sample's output.</param>
    /// <param name="Read">Decodes the weight.</param>
    internal sealed record Layer(UnitPlan Plan, KernelEstimate Estimate, long[] InputShape, long[] OutputShape, Func<ChainLayer> Read);
}
