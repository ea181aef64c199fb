namespace DeepCompression.Onnx;

/// <summary>Whether a weight can be a portable node where it is.</summary>
internal static class PortableForm
{
    /// <summary>The reason why a weight of this model cannot be portable, or null.</summary>
    public static string? WhyNot(Weight weight) => WhyNot(weight.Model, weight.Scope);

    /// <summary>The reason why a node's weight cannot be portable, or null.</summary>
    public static string? WhyNot(WeightNode node) => WhyNot(node.Model, node.Scope);

    /// <summary>The reason why a tensor of this kind cannot be portable, or null.</summary>
    public static string? WhyNot(CompressedTensor tensor) => tensor is PrunedTensor { ElementType: ElementType.BFloat16 }
        ? "no standard operator makes bfloat16 zeros on every runtime: share its values instead"
        : null;

    private static string? WhyNot(OnnxModel model, GraphScope scope)
    {
        if (OpsetUpgrade.WhyNot(model.Proto) is { } reason)
            return reason;
        long opset = ModelImports.OpsetOf(model.Proto, null);
        long inner = ModelImports.OpsetOf(model.Proto, scope.Function);
        return scope.Function is not null && inner != opset
            ? $"its function is of opset {inner} and the model of {opset}"
            : null;
    }
}
