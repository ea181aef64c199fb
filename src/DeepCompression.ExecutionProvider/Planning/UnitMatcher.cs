using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Finds the plan for an operator that reads compressed weights.</summary>
internal static class UnitMatcher
{
    /// <summary>Sees whether there is a kernel for an operator.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="node">The operator.</param>
    /// <param name="weights">The weights of the graph by the name of the value they yield.</param>
    /// <returns>The plan, or the reason why there is none.</returns>
    public static (UnitPlan? Plan, string Reason) Match(GraphView graph, NodeView node, IReadOnlyDictionary<string, WeightNode> weights)
    {
        WeightNode? WeightOf(ValueView? value) => value is null ? null : weights.GetValueOrDefault(value.Name);

        WeightNode[] read = [.. node.Inputs.Select(WeightOf).OfType<WeightNode>().Distinct()];
        if (Array.Find(read, weight => weight.CodebookSize == 0) is WeightNode unshared)
            return (null, $"the weight {unshared.Output.Name} has no codebook");
        if (Array.Exists(read, weight => weight.ElementType != ElementType.Float32))
            return (null, "the operator is not of float32");
        if (node.IsOnnx("LSTM") || node.IsOnnx("GRU"))
            return RecurrentPlan.Match(node, WeightOf);
        if (read.Length != 1)
            return (null, "the operator reads several compressed weights");
        if (node.Outputs is not [not null, ..])
            return (null, "the operator yields nothing");
        if (node.IsOnnx("MatMul") || node.IsOnnx("Gemm"))
            return LinearPlan.Match(graph, node, read[0]);
        if (node.IsOnnx("ConvTranspose"))
            return TransposedConvolutionPlan.Match(graph, node, read[0]);
        return node.IsOnnx("Conv") ? ConvolutionPlan.Match(graph, node, read[0]) : (null, $"there is no kernel for {node.OpType}");
    }
}
