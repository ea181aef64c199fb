namespace DeepCompression.Onnx;

/// <summary>The table from operator and input to the role of a weight there.</summary>
internal static class WeightRoles
{
    private const int MaxDepth = 8; // reshaping nodes between a weight and the node that it is a weight of

    /// <summary>The role at one input of an operator.</summary>
    public static WeightRole Of(string operatorType, int input) => (operatorType, input) switch
    {
        ("Conv" or "ConvTranspose" or "DeformConv" or "FusedConv" or "NhwcConv", 1) => WeightRole.Convolution,
        ("Conv" or "ConvTranspose" or "FusedConv" or "NhwcConv", 2) or ("DeformConv", 3) => WeightRole.Bias,
        ("Gemm" or "MatMul" or "FusedMatMul" or "FusedGemm" or "TransposeMatMul", 0 or 1) => WeightRole.Matrix,
        ("Attention" or "Einsum", _) => WeightRole.Matrix,
        ("Gemm" or "FusedGemm", 2) => WeightRole.Bias,
        ("LSTM" or "GRU" or "RNN", 1 or 2) => WeightRole.Recurrent,
        ("LSTM" or "GRU" or "RNN", >= 3) => WeightRole.Bias,
        ("Gather", 0) => WeightRole.Embedding,
        ("BiasGelu" or "FastGelu" or "BiasAdd", >= 1) => WeightRole.Bias,
        (_, >= 1) when operatorType.EndsWith("Normalization", StringComparison.Ordinal) => WeightRole.Normalization,
        _ => WeightRole.Other,
    };

    /// <summary>Whether the operator only moves or converts its first input, so that its users are the users that count.</summary>
    public static bool PassesThrough(WeightConsumer consumer) => consumer.InputIndex == 0 && consumer.OperatorType is
        "Identity" or "Cast" or "CastLike" or "Transpose" or "Reshape" or "Unsqueeze" or "Squeeze" or "Flatten";

    /// <summary>Fills in the consumers, operator types and role of a weight.</summary>
    public static void Describe(Weight weight, WeightUses uses)
    {
        weight.Consumers = [.. uses.Of(weight.Scope, weight.Name).Select(use => use.Consumer)];
        bool isVector = weight.Shape.Dimensions.ToArray().Count(dimension => dimension > 1) <= 1;
        (weight.OperatorTypes, weight.Role) = Describe(weight.Scope, weight.Name, uses, isVector);
    }

    /// <summary>The operator types that use a value, and its role to them.</summary>
    public static (IReadOnlyList<string> OperatorTypes, WeightRole Role) Describe(GraphScope scope, string name, WeightUses uses, bool isVector = false)
    {
        List<WeightConsumer> final = [];
        foreach (var use in uses.Of(scope, name))
            AddFinal(use, uses, final, 0);
        return ([.. final.Select(consumer => consumer.OperatorType).Distinct().Order(StringComparer.Ordinal)],
            final.Select(consumer => Of(consumer, isVector)).DefaultIfEmpty(WeightRole.Other).Min());
    }

    // A vector that is added is a bias, whatever the operators before it are.
    private static WeightRole Of(WeightConsumer consumer, bool isVector) =>
        consumer.OperatorType is "Add" or "Sub" && isVector ? WeightRole.Bias : Of(consumer.OperatorType, consumer.InputIndex);

    private static void AddFinal((GraphScope Scope, WeightConsumer Consumer) use, WeightUses uses, List<WeightConsumer> final, int depth)
    {
        if (depth == MaxDepth || !PassesThrough(use.Consumer))
        {
            final.Add(use.Consumer);
            return;
        }

        var next = uses.Of(use.Scope, use.Consumer.Node.Output[0]);
        foreach (var inner in next)
            AddFinal(inner, uses, final, depth + 1);
        if (next.Count == 0)
            final.Add(use.Consumer);
    }
}
