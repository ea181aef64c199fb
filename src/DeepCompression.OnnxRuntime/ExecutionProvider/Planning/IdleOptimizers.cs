using DeepCompression.OnnxRuntime.Messages;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>
/// ONNX Runtime's graph optimizers that would find nothing in a model, because it has none of the operators that they look for. Each
/// goes through the whole graph, some of them several times: a tenth of what a session of a small network costs to create.
/// </summary>
internal static class IdleOptimizers
{
    /// <summary>The session option that names optimizers to be left out, separated by semicolons; names that a version lacks are ignored.</summary>
    public const string Entry = "optimization.disable_specified_optimizers";

    // A fusion whose result another optimizer looks for counts as what that one looks for.
    private static readonly Need[] _needs =
    [
        new(["QuantizeLinear", "DequantizeLinear"], ["DoubleQDQPairsRemover", "QDQPropagationTransformer", "QDQS8ToU8Transformer", "QDQSelectorActionTransformer", "QDQFinalCleanupTransformer", "WeightBiasQuantization", "WhereDummyDq"]),
        new(["DynamicQuantizeLinear", "MatMulInteger"], ["DynamicQuantizeMatMulFusion", "MatMulIntegerToFloatFusion"]),
        new(["DequantizeLinear", "MatMulNBits"], ["MatMulNBitsFusion"]),
        new(["MatMul", "FusedMatMul"], ["MatMulActivationFusion", "MatMulAddFusion", "MatMulScaleFusion", "MatmulTransposeFusion"]),
        new(["Gemm", "MatMul"], ["GemmActivationFusion"]),
        new(["Erf", "FastGelu", "Gelu", "Sigmoid", "Tanh"], ["BiasGeluFusion", "FastGeluFusion", "GeluFusionL1", "GeluFusionL2", "QuickGeluFusion"]),
        new(["LayerNormalization", "ReduceMean", "RMSNormalization", "SimplifiedLayerNormalization", "SkipLayerNormalization"], ["AttentionFusion", "BiasSkipLayerNormFusion", "EmbedLayerNormFusion", "LayerNormFusionL1", "LayerNormFusionL2", "SimplifiedLayerNormFusion", "SkipLayerNormFusion"]),
        new(["GroupQueryAttention"], ["GroupQueryAttentionFusion", "GroupQueryAttentionPreNormFusion"]),
        new(["Softmax"], ["BiasSoftmaxFusion"]),
        new(["Dropout"], ["BiasDropoutFusion"]),
        new(["Gather", "Slice"], ["GatherSliceToSplitFusion", "GatherToSliceFusion", "SliceConcatToSpaceToDepthFusion"]),
        new(["Add"], ["ConvAddActivationFusion"]),
        new(["Reshape"], ["ReshapeFusion"]),
        new(["Transpose"], ["TransposeOptimizer", "TransposeOptimizer_CPUExecutionProvider"]),
    ];

    /// <summary>The optimizers that can be left out of a model's session.</summary>
    public static IReadOnlyList<string> Find(ModelMessage model)
    {
        if (model.HasFunctions)
            return []; // their operators appear when the session is created
        HashSet<string> operators = [];
        Collect(model.Graph, operators);
        List<string> idle = [];
        foreach (Need need in _needs)
        {
            if (!operators.Overlaps(need.Operators))
                idle.AddRange(need.Optimizers);
        }

        return idle;
    }

    private static void Collect(GraphMessage graph, HashSet<string> operators)
    {
        foreach (NodeMessage node in graph.Nodes)
        {
            operators.Add(node.OpType);
            foreach (GraphMessage inner in node.Graphs)
                Collect(inner, operators);
        }
    }

    // A class: what is generic over tuples is compiled when it is first used.
    private sealed record Need(string[] Operators, string[] Optimizers);
}
