using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx;

/// <summary>
/// Raises a model of opset 9 or 10 to 11, the first whose operators can compute a weight. Only operators that this class knows
/// to mean the same, or knows how to rewrite, are raised.
/// </summary>
internal sealed class OpsetUpgrade
{
    private const int MinOpset = 9;
    private const int Target = WeightFunctions.MinOpset;

    // Between 9 and 11 these gained negative axes, optional inputs, attributes whose default is what was, or nothing.
    private static readonly HashSet<string> Same =
    [
        "Abs", "Acos", "Acosh", "Add", "And", "ArgMax", "ArgMin", "Asin", "Asinh", "Atan", "Atanh", "AveragePool", "BatchNormalization", "Cast", "Ceil", "Concat", "Constant",
        "ConstantOfShape", "Conv", "ConvTranspose", "Cos", "Cosh", "DepthToSpace", "Div", "Elu", "Equal", "Erf", "Exp", "Expand", "Flatten", "Floor", "GRU", "Gather", "Gemm",
        "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "Greater", "HardSigmoid", "Identity", "If", "InstanceNormalization", "IsNaN", "LRN", "LSTM", "LeakyRelu", "Less", "Log",
        "LogSoftmax", "Loop", "LpNormalization", "MatMul", "Max", "MaxPool", "Mean", "Min", "Mul", "Neg", "NonZero", "Not", "Or", "PRelu", "Pow", "RNN", "Reciprocal", "ReduceL1",
        "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Scan", "Selu", "Shape",
        "Sigmoid", "Sign", "Sin", "Sinh", "Size", "Softmax", "Softplus", "Softsign", "SpaceToDepth", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tan", "Tanh", "Tile", "Transpose",
        "Unsqueeze", "Where", "Xor",
    ];

    private readonly ModelProto _model;
    private readonly long _from;
    private readonly HashSet<string> _names;

    private OpsetUpgrade(ModelProto model)
    {
        _model = model;
        _from = ModelImports.OpsetOf(model, null);
        _names = [.. GraphScope.All(model).SelectMany(scope => scope.Nodes.SelectMany(node => node.Output).Concat(scope.Graph?.Initializer.Select(tensor => tensor.Name) ?? []))];
    }

    /// <summary>The reason why a model cannot be raised, or null.</summary>
    public static string? WhyNot(ModelProto model)
    {
        long opset = ModelImports.OpsetOf(model, null);
        if (opset >= Target)
            return null;
        string needs = $"opset {opset} is below {Target}, which the bodies of portable nodes need";
        if (opset < MinOpset)
            return $"{needs}; models of opset {MinOpset} and {MinOpset + 1} can be raised";
        if (model.Functions.Any(function => function.Domain != NodeDomain.Name))
            return $"{needs}, and the model has functions of its own";
        NodeProto? unknown = GraphScope.All(model).SelectMany(scope => scope.Nodes)
            .FirstOrDefault(node => node.Domain is "" or "ai.onnx" && !Same.Contains(node.OpType) && node.OpType is not ("Clip" or "Pad" or "Slice" or "TopK" or "Scatter" or "Dropout"));
        return unknown is null ? null : $"{needs}, and {unknown.OpType} of '{GraphScope.Label(unknown)}' may mean something else there";
    }

    /// <summary>Raises the model, where <see cref="WhyNot"/> has no reason against it.</summary>
    public static void Run(ModelProto model)
    {
        var upgrade = new OpsetUpgrade(model);
        foreach (GraphScope scope in GraphScope.All(model).ToArray())
        {
            foreach (NodeProto node in scope.Nodes.Where(node => node.Domain is "" or "ai.onnx"))
                upgrade.Upgrade(scope.Graph!, node);
        }

        model.OpsetImport.First(import => import.Domain is "" or "ai.onnx").Version = Target;
    }

    private void Upgrade(GraphProto graph, NodeProto node)
    {
        switch (node.OpType)
        {
            case "Clip":
                AttributeProto? min = Take(node, "min"), max = Take(node, "max");
                AddInput(graph, node, min is null ? null : FloatLike(graph, node, min.F));
                AddInput(graph, node, max is null ? null : FloatLike(graph, node, max.F));
                while (node.Input[^1].Length == 0)
                    node.Input.RemoveAt(node.Input.Count - 1);
                break;
            case "Pad":
                AttributeProto? value = Take(node, "value");
                AddInput(graph, node, Int64s(Take(node, "pads")!.Ints));
                if (value is not null && value.F != 0)
                    AddInput(graph, node, FloatLike(graph, node, value.F));
                break;
            case "Slice" when _from < 10:
                AttributeProto? axes = Take(node, "axes");
                AddInput(graph, node, Int64s(Take(node, "starts")!.Ints));
                AddInput(graph, node, Int64s(Take(node, "ends")!.Ints));
                if (axes is not null)
                    AddInput(graph, node, Int64s(axes.Ints));
                break;
            case "TopK" when _from < 10:
                AddInput(graph, node, Int64s([Take(node, "k")!.I]));
                break;
            case "Scatter":
                node.OpType = "ScatterElements";
                break;
        }
    }

    private static AttributeProto? Take(NodeProto node, string name)
    {
        AttributeProto? attribute = node.Attribute.FirstOrDefault(attribute => attribute.Name == name);
        if (attribute is not null)
            node.Attribute.Remove(attribute);
        return attribute;
    }

    private static TensorProto Int64s(IReadOnlyCollection<long> values)
    {
        var tensor = new TensorProto();
        tensor.SetContent((int)DataType.Int64, [values.Count], MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray());
        return tensor;
    }

    // A bound has the type of what it bounds, where the graph declares one, else float32, which the attribute was.
    private TensorProto FloatLike(GraphProto graph, NodeProto node, float value)
    {
        int type = graph.ValueInfo.Concat(graph.Input).Concat(_model.Graph.Input).FirstOrDefault(info => info.Name == node.Input[0])?.Type?.TensorType?.ElemType ?? (int)DataType.Float;
        ElementType element = TensorTypes.ToElementType(type) ?? ElementType.Float32;
        byte[] content = new byte[element.GetSize()];
        if (element == ElementType.Float64)
            BitConverter.TryWriteBytes(content, (double)value);
        else
            WeightValues.FromSingle(element, [value], content);
        var tensor = new TensorProto();
        tensor.SetContent((int)element, [], content);
        return tensor;
    }

    private void AddInput(GraphProto graph, NodeProto node, TensorProto? tensor)
    {
        if (tensor is null)
        {
            node.Input.Add("");
            return;
        }

        string key = $"{tensor.DataType} {string.Join('x', tensor.Dims)} {Convert.ToHexString(tensor.RawData.Span)}";
        TensorProto? equal = graph.Initializer.FirstOrDefault(other => other.Name.StartsWith("opset11.", StringComparison.Ordinal)
            && $"{other.DataType} {string.Join('x', other.Dims)} {Convert.ToHexString(other.RawData.Span)}" == key);
        if (equal is null)
        {
            string name = $"opset11.{_names.Count}";
            while (!_names.Add(name))
                name += "_";
            tensor.Name = name;
            graph.Initializer.Add(equal = tensor);
        }

        node.Input.Add(equal.Name);
    }
}
