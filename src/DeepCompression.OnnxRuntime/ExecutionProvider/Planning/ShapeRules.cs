using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.Onnx;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>
/// The shapes that nodes give their outputs, as far as decisions about compressed weights depend on them: one rule a kind of
/// operator. What no rule knows stays unknown, and is then assumed by whoever asks. The rules of common operators are loops: what is
/// generic over numbers is compiled when it is first used.
/// </summary>
internal static class ShapeRules
{
    private static readonly Dictionary<string, Func<NodeView, long[]?>> _rules = new()
    {
        ["Conv"] = node => node.Input(1)?.Shape is [long channels, _, ..] shape ? Window(node, channels, shape, 2) : null,
        ["ConvTranspose"] = TransposedConvolutionShape.Infer,
        ["MaxPool"] = Pool,
        ["AveragePool"] = Pool,
        ["LpPool"] = Pool,
        ["GlobalAveragePool"] = GlobalPool,
        ["GlobalMaxPool"] = GlobalPool,
        ["Gemm"] = node => [node.Input(0)?.Shape is [long rows, long columns] ? (node.GetInt("transA", 0) != 0 ? columns : rows) : -1, node.Input(1)?.Shape is [long first, long second] ? (node.GetInt("transB", 0) != 0 ? first : second) : -1],
        ["MatMul"] = node => node.Input(0)?.Shape is long[] rows && node.Input(1)?.Shape is [.., _, long columns] weight && weight.Length <= rows.Length ? Filled((long[])rows.Clone(), rows.Length - 1, columns) : null,
        ["LSTM"] = Recurrent,
        ["GRU"] = Recurrent,
        ["Concat"] = Concat,
        ["Flatten"] = Flatten,
        ["Reshape"] = Reshape,
        ["Transpose"] = Transpose,
        ["Squeeze"] = node => Axes(node) is long[] axes && node.Input(0)?.Shape is long[] shape ? [.. shape.Where((_, i) => !axes.Contains(i) && !axes.Contains(i - shape.Length))] : null,
        ["Unsqueeze"] = Unsqueeze,
        ["ReduceMean"] = Reduce,
        ["ReduceSum"] = Reduce,
        ["ReduceMax"] = Reduce,
        ["Slice"] = Changed,
        ["Split"] = Changed,
        ["Pad"] = Resized,
        ["Resize"] = Resized,
        ["Upsample"] = Resized,
    };

    private static readonly HashSet<string> _elementwise =
    [
        "Relu", "LeakyRelu", "PRelu", "Clip", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Elu", "Selu", "Gelu", "Mish", "Softplus", "Softsign", "Erf", "Exp", "Log", "Sqrt",
        "Reciprocal", "Neg", "Abs", "Floor", "Ceil", "Round", "Identity", "Dropout", "Cast", "BatchNormalization", "InstanceNormalization", "LayerNormalization", "LRN",
        "Softmax", "LogSoftmax", "Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Sum", "Mean",
    ];

    /// <summary>Notes the shapes of a node's outputs, as far as they follow from those of its inputs.</summary>
    public static void Infer(ModelNode node)
    {
        if (node.Domain == NodeDomain.Name)
            Note(node, Weight(node));
        else if (node.Domain is not ("" or "ai.onnx"))
            return;
        else if (_elementwise.Contains(node.OpType))
            Note(node, Broadcast(node));
        else if (_rules.TryGetValue(node.OpType, out Func<NodeView, long[]?>? rule))
            Note(node, rule(node));
    }

    private static void Note(ModelNode node, long[]? shape)
    {
        for (int i = 0; i < (node.OpType is "Split" ? node.Outputs.Length : Math.Min(node.Outputs.Length, 1)); i++)
            ((ModelValue?)node.Outputs[i])?.Infer(shape);
    }

    private static long[]? Weight(NodeView node)
    {
        try
        {
            return node.OpType == NodeDomain.PackedWeight
                ? node.Input(0)?.Constant is TensorView blob ? TensorCompressor.ReadHeader(blob.Bytes).Shape.Dimensions.ToArray() : null
                : node.Input(node.OpType == NodeDomain.SparseWeight ? 3 : 2)?.Constant is TensorView shape ? shape.As<long>().ToArray() : null;
        }
        catch (InvalidDataException)
        {
            return null; // whoever decodes the weight says so
        }
    }

    private static long[]? Broadcast(NodeView node)
    {
        if (node.OpType is "BatchNormalization" or "InstanceNormalization" or "LayerNormalization" or "Clip" or "Dropout")
            return node.Input(0)?.Shape;
        long[] result = [];
        foreach (ValueView? input in node.Inputs)
        {
            if (input?.Shape is not long[] shape)
                return null;
            (long[] longer, long[] shorter) = shape.Length > result.Length ? (shape, result) : (result, shape);
            result = (long[])longer.Clone();
            for (int i = 1; i <= shorter.Length; i++)
                result[^i] = result[^i] == 1 ? shorter[^i] : result[^i];
        }

        return result;
    }

    private static long[]? Pool(NodeView node) =>
        node.Input(0)?.Shape is [_, long channels, ..] && node.GetInts("kernel_shape") is long[] kernel ? Window(node, channels, kernel, 0) : null;

    private static long[]? GlobalPool(NodeView node) => node.Input(0)?.Shape is [_, _, ..] shape ? Filled((long[])shape.Clone(), 2, 1) : null;

    // The windows of a kernel's axes, which begin somewhere in a shape.
    private static long[]? Window(NodeView node, long channels, long[] kernel, int first)
    {
        if (node.Input(0)?.Shape is not [_, _, ..] input || input.Length - 2 != kernel.Length - first)
            return null;
        long[] strides = node.GetInts("strides") ?? [], dilations = node.GetInts("dilations") ?? [], pads = node.GetInts("pads") ?? [];
        string automatic = node.GetString("auto_pad", "NOTSET");
        long[] result = (long[])input.Clone();
        result[1] = channels;
        for (int i = 0; i < input.Length - 2; i++)
        {
            long extent = input[i + 2];
            if (extent <= 0)
                continue;
            long stride = Math.Max(At(strides, i), 1);
            long covered = ((kernel[first + i] - 1) * Math.Max(At(dilations, i), 1)) + 1;
            long padded = extent + At(pads, i) + At(pads, input.Length - 2 + i);
            bool isSame = automatic.StartsWith("SAME", StringComparison.Ordinal), roundsUp = !isSame && node.GetInt("ceil_mode", 0) != 0;
            result[i + 2] = isSame ? (extent + stride - 1) / stride : (Math.Max(padded - covered + (roundsUp ? stride - 1 : 0), 0) / stride) + 1;
            if (roundsUp && (result[i + 2] - 1) * stride >= extent + At(pads, i))
                result[i + 2]--; // no window begins behind the image
        }

        return result;
    }

    private static long At(long[] numbers, int index) => index < numbers.Length ? numbers[index] : 0;

    private static long[]? Recurrent(NodeView node) => node.Input(0)?.Shape is [long steps, long batch, _] && node.Input(2)?.Shape is [long directions, _, long hidden] ? [steps, directions, batch, hidden] : null;

    private static long[]? Concat(NodeView node)
    {
        if (node.Input(0)?.Shape is not long[] first)
            return null;
        long[] result = (long[])first.Clone();
        long axis = node.GetInt("axis", 0);
        axis += axis < 0 ? first.Length : 0;
        foreach (ValueView? other in node.Inputs.Skip(1))
        {
            if (other?.Shape is not long[] shape || shape.Length != first.Length || axis < 0 || axis >= first.Length)
                return null;
            result[axis] = result[axis] < 0 || shape[axis] < 0 ? -1 : result[axis] + shape[axis];
        }

        return result;
    }

    private static long[]? Transpose(NodeView node)
    {
        if (node.Input(0)?.Shape is not long[] shape)
            return null;
        long[] order = node.GetInts("perm") ?? [.. Enumerable.Range(0, shape.Length).Select(axis => (long)shape.Length - 1 - axis)];
        return Array.TrueForAll(order, axis => axis >= 0 && axis < shape.Length) ? [.. order.Select(axis => shape[axis])] : null;
    }

    private static long[]? Flatten(NodeView node)
    {
        if (node.Input(0)?.Shape is not long[] shape)
            return [-1, -1];
        long axis = node.GetInt("axis", 1);
        axis += axis < 0 ? shape.Length : 0;
        return axis < 0 || axis > shape.Length ? null : [Product(shape, 0, (int)axis), Product(shape, (int)axis, shape.Length)];
    }

    private static long[]? Reshape(NodeView node)
    {
        if (node.Input(1)?.Constant is not { ElementType: OnnxType.Int64 } constant)
            return null;
        long[] result = constant.As<long>().ToArray();
        long[]? shape = node.Input(0)?.Shape;
        int open = 0, last = 0; // dimensions that are not known
        long known = 1;
        for (int i = 0; i < result.Length; i++)
        {
            if (result[i] == 0)
                result[i] = shape is not null && i < shape.Length ? shape[i] : -1;
            if (result[i] < 0)
                (open, last) = (open + 1, i);
            else if (result[i] > 0)
                known *= result[i];
        }

        if (shape is not null && Product(shape, 0, shape.Length) is > 0 and long all && open == 1)
            result[last] = all / Math.Max(known, 1);
        return result;
    }

    private static long[]? Unsqueeze(NodeView node)
    {
        if (Axes(node) is not long[] axes || node.Input(0)?.Shape is not long[] shape)
            return null;
        int rank = shape.Length + axes.Length, next = 0;
        return [.. Enumerable.Range(0, rank).Select(i => axes.Contains(i) || axes.Contains(i - rank) ? 1 : next < shape.Length ? shape[next++] : -1)];
    }

    private static long[]? Reduce(NodeView node)
    {
        if (node.Input(0)?.Shape is not long[] shape || Axes(node) is not long[] axes)
            return null;
        bool keeps = node.GetInt("keepdims", 1) != 0;
        IEnumerable<long> reduced = shape.Select((dimension, i) => axes.Contains(i) || axes.Contains(i - shape.Length) ? (keeps ? 1 : 0) : dimension);
        return [.. keeps ? reduced : reduced.Where((dimension, i) => !axes.Contains(i) && !axes.Contains(i - shape.Length))];
    }

    // The rank stays; which sizes do is not followed up.
    private static long[]? Changed(NodeView node) => node.Input(0)?.Shape is long[] shape ? Filled((long[])shape.Clone(), 0, -1) : null;

    private static long[]? Resized(NodeView node) => node.Input(0)?.Shape is [_, _, ..] shape ? Filled((long[])shape.Clone(), 2, -1) : null;

    private static long[]? Axes(NodeView node) => node.GetInts("axes") ?? (node.Input(1)?.Constant is { ElementType: OnnxType.Int64 } constant ? constant.As<long>().ToArray() : null);

    private static long[] Filled(long[] shape, int first, long size)
    {
        for (int i = first; i < shape.Length; i++)
            shape[i] = size;
        return shape;
    }

    // Of some dimensions; -1 where one is not known.
    private static long Product(long[] shape, int start, int end)
    {
        long product = 1;
        for (int i = start; i < end; i++)
            product = shape[i] < 0 || product < 0 ? -1 : product * shape[i];
        return product;
    }
}
