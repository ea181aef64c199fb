using System.Globalization;
using DeepCompression.ExecutionProvider;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.ExecutionProvider.Provider;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.OnnxRuntime.Messages;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>
/// What the execution provider will compute of a model, decided by its own planner before there is a session, so that all
/// other weights can be given to ONNX Runtime as dense ones.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="Graphs">The graphs, outer ones first.</param>
/// <param name="Options">How the execution provider is set up.</param>
internal sealed record ModelPlan(ModelMessage Model, IReadOnlyList<ModelPlan.GraphPlan> Graphs, ProviderOptions Options)
{
    /// <summary>The operators that are computed, in the order of the model.</summary>
    public IEnumerable<UnitPlan> Units => Graphs.SelectMany(graph => graph.Claims).SelectMany(claim => claim.Units);

    /// <summary>Decides about every weight of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">How the execution provider is set up.</param>
    /// <param name="sessionThreads">Threads of the session; 0 for one a processor.</param>
    /// <param name="report">Takes the decisions.</param>
    /// <exception cref="NotSupportedException">The settings are not understood.</exception>
    public static ModelPlan Make(ModelMessage model, DeepCompressionOptions settings, int sessionThreads, DeepCompressionReport report)
    {
        ProviderOptions options = ProviderOptions.Parse(
            (settings.Threads ?? sessionThreads).ToString(CultureInfo.InvariantCulture), settings.Autotune ? "1" : "0", settings.Kernel ?? "", settings.MinimumSpeedup?.ToString(CultureInfo.InvariantCulture) ?? "", settings.Batch?.ToString(CultureInfo.InvariantCulture) ?? "", report);
        ClaimPolicy policy = options.Policy with { MinimumSpeedupPacked = options.Policy.MinimumSpeedup, UnpacksDeclined = true };
        List<GraphPlan> graphs = [];
        foreach (ModelGraph graph in ModelGraph.ReadAll(model))
        {
            ClaimPlanner planner = new(graph.View, policy, report, settings.Autotune ? options.KernelOptions : null);
            IReadOnlyList<Claim> claims = planner.Plan();
            HashSet<WeightNode> claimed = [.. claims.SelectMany(claim => claim.Weights)];
            List<WeightNode> declined = [.. planner.Weights.Where(weight => !claimed.Contains(weight))];
            HashSet<NodeMessage> read = [.. claimed.Concat(declined).Select(weight => ((ModelNode)weight.Node).Message)];
            graphs.Add(new GraphPlan(graph, claims, declined, [.. graph.Message.Nodes.Where(node => node.Domain == WeightNode.Domain && !read.Contains(node))]));
        }

        return new ModelPlan(model, graphs, options);
    }

    /// <summary>What is done with the weights of one graph.</summary>
    /// <param name="Graph">The graph.</param>
    /// <param name="Claims">What is computed from compressed weights.</param>
    /// <param name="Declined">The other weights.</param>
    /// <param name="Unreadable">Nodes of our domain that are not understood, or have inputs that are damaged or no constants.</param>
    internal sealed record GraphPlan(ModelGraph Graph, IReadOnlyList<Claim> Claims, IReadOnlyList<WeightNode> Declined, IReadOnlyList<NodeMessage> Unreadable);
}
