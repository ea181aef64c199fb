using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>Raises the opset of a model from 13 or later to 21 or less, where every operator means the same at both ends.</summary>
internal static class OpsetRaise
{
    private const int From = 13;

    // Operators whose changes from 13 to 21 only add element types, or attributes whose default is what was.
    private static readonly HashSet<string> Same =
    [
        "Abs", "Add", "And", "ArgMax", "ArgMin", "Cast", "Ceil", "Clip", "Concat", "Constant", "ConstantOfShape", "Conv", "ConvTranspose", "Cos", "CumSum", "DequantizeLinear", "Div",
        "Elu", "Equal", "Erf", "Exp", "Expand", "Flatten", "Floor", "GRU", "Gather", "GatherElements", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "Greater", "HardSigmoid", "Identity",
        "If", "InstanceNormalization", "LRN", "LSTM", "LayerNormalization", "LeakyRelu", "Less", "Log", "LogSoftmax", "MatMul", "Max", "MaxPool", "Min", "Mul", "Neg", "Not", "Or",
        "PRelu", "Pow", "QuantizeLinear", "RNN", "Reciprocal", "Relu", "Reshape", "Selu", "Shape", "Sigmoid", "Sign", "Sin", "Slice", "Softmax", "Softplus", "Sqrt", "Squeeze", "Sub", "Sum",
        "Tanh", "Tile", "Transpose", "Unsqueeze", "Where", "BatchNormalization", "Dropout", "AveragePool",
    ];

    /// <summary>Raises the model if it must be and can be.</summary>
    /// <returns>The reason why it cannot be, or null.</returns>
    public static string? To(ModelProto model, int target)
    {
        long opset = ModelImports.OpsetOf(model, null);
        if (opset >= target)
            return null;
        string needs = $"it needs opset {target}, and the model has {opset}";
        if (target <= From || opset < From)
            return needs;
        if (model.Functions.Count > 0)
            return $"{needs} and functions of its own";
        NodeProto? unknown = GraphScope.All(model).SelectMany(scope => scope.Nodes).FirstOrDefault(node => node.Domain is "" or "ai.onnx" && !IsSame(node));
        if (unknown is not null)
            return $"{needs}, where {unknown.OpType} of '{GraphScope.Label(unknown)}' may mean something else";
        model.OpsetImport.First(import => import.Domain is "" or "ai.onnx").Version = target;
        return null;
    }

    private static bool IsSame(NodeProto node) => node.OpType switch
    {
        // Statistics outputs and training behaviour changed.
        "BatchNormalization" or "Dropout" => node.Output.Count == 1 && !WeightLayout.IsSet(node, "training_mode"),
        // The mean over a partly filled last window changed.
        "AveragePool" => !WeightLayout.IsSet(node, "ceil_mode"),
        _ => Same.Contains(node.OpType),
    };
}
