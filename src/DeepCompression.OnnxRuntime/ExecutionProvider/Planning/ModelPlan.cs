using System.Globalization;
using DeepCompression.ExecutionProvider;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.ExecutionProvider.Provider;
using DeepCompression.Kernels;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using WeightNode = DeepCompression.ExecutionProvider.Weights.WeightNode;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>
/// What the execution provider will compute of a model, decided by its own planner before there is a session, so that all
/// other weights can be given to ONNX Runtime as dense ones.
/// </summary>
/// <param name="Claimed">The weight nodes that operators are computed from.</param>
/// <param name="Declined">The other weights that could be read, by their nodes.</param>
/// <param name="Units">The operators that are computed, in the order of the model.</param>
/// <param name="KernelOptions">How kernels are built.</param>
internal sealed record ModelPlan(IReadOnlyDictionary<NodeProto, WeightNode> Claimed, IReadOnlyDictionary<NodeProto, WeightNode> Declined, IReadOnlyList<UnitPlan> Units, KernelOptions KernelOptions)
{
    /// <summary>Decides about every weight of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">How the execution provider is set up.</param>
    /// <param name="sessionThreads">Threads of the session; 0 for one a processor.</param>
    /// <param name="isAvailable">Whether there is an execution provider at all; otherwise every weight is declined.</param>
    /// <param name="report">Takes the decisions about what is declined: the session will not see it.</param>
    /// <exception cref="NotSupportedException">The settings are not understood.</exception>
    public static ModelPlan Make(OnnxModel model, DeepCompressionOptions settings, int sessionThreads, bool isAvailable, DeepCompressionReport report)
    {
        ProviderOptions options = ProviderOptions.Parse(
            (settings.Threads ?? sessionThreads).ToString(CultureInfo.InvariantCulture), settings.Autotune ? "1" : "0", settings.Kernel ?? "", settings.MinimumSpeedup?.ToString(CultureInfo.InvariantCulture) ?? "", settings.Batch?.ToString(CultureInfo.InvariantCulture) ?? "", report);
        ClaimPolicy policy = options.Policy with { MinimumSpeedupPacked = options.Policy.MinimumSpeedup, UnpacksDeclined = true };
        Dictionary<NodeProto, WeightNode> claimed = new(ReferenceEqualityComparer.Instance);
        Dictionary<NodeProto, WeightNode> declined = new(ReferenceEqualityComparer.Instance);
        List<UnitPlan> units = [];
        foreach (GraphView graph in ModelGraph.ReadAll(model))
        {
            DeepCompressionReport decisions = new();
            ClaimPlanner planner = new(graph, policy, decisions, settings.Autotune ? options.KernelOptions : null);
            IReadOnlyList<Claim> claims = planner.Plan();
            units.AddRange(claims.SelectMany(claim => claim.Units));
            HashSet<WeightNode> used = [.. claims.SelectMany(claim => claim.Weights)];
            foreach (WeightNode weight in planner.Weights)
                (isAvailable && used.Contains(weight) ? claimed : declined)[((ModelNode)weight.Node).Proto] = weight;
            if (!isAvailable)
                continue;
            foreach (NodeDecision decision in decisions.Decisions.Where(decision => !decision.IsClaimed))
                report.Add(decisions, graph.Name, decision);
        }

        return new ModelPlan(claimed, declined, units, options.KernelOptions);
    }
}
