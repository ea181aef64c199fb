using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Reads the attributes of ONNX ConvTranspose.</summary>
internal static class TransposedConvolutionShape
{
    /// <summary>The geometry of a transposed convolution.</summary>
    /// <param name="node">The operator.</param>
    /// <param name="weight">The weight's shape: (input channels, output channels a group, kernel).</param>
    /// <param name="refusal">Why there is none.</param>
    /// <returns>The geometry; null where there is no kernel for it, or pads depend on a size that is not known.</returns>
    public static TransposedConvolutionGeometry? Read(NodeView node, ReadOnlySpan<long> weight, out string refusal)
    {
        int axes = weight.Length - 2;
        if (axes is not (1 or 2))
        {
            refusal = $"the transposed convolution is {axes}-D";
            return null;
        }

        long groups = node.GetInt("group", 1);
        int[]? strides = Axes(node, "strides", axes, 1, 1), dilations = Axes(node, "dilations", axes, 1, 1), added = Axes(node, "output_padding", axes, 0, 0), pads = Axes(node, "pads", 2 * axes, 0, 0);
        refusal = "the attributes do not fit the weight";
        if (groups < 1 || !AreSizes(weight) || weight[0] % groups != 0 || weight[1] * groups > int.MaxValue || strides is null || dilations is null || added is null || pads is null)
            return null;

        (int height, int width) = ConvolutionShape.Extent(node, weight.Length);
        int[] before = new int[axes], after = new int[axes];
        Array.Copy(pads, before, axes);
        Array.Copy(pads, axes, after, 0, axes);
        for (int axis = 0; axis < axes; axis++)
        {
            if (!FitPads(node, axes, axis, axis == axes - 1 ? width : height, strides[axis], ((weight[axis + 2] - 1) * dilations[axis]) + 1, ref before[axis], ref after[axis], ref added[axis], out refusal))
                return null;
            refusal = "the attributes do not fit the weight";
            if (!IsCountable(axis == axes - 1 ? width : height, strides[axis], ((weight[axis + 2] - 1) * dilations[axis]) + 1, added[axis]))
                return null;
        }

        long phases = 1;
        foreach (int stride in strides)
            phases *= stride;
        refusal = phases > OutputPhases.Most ? $"there is no kernel for strides of {string.Join(" x ", strides)}" : "";
        if (refusal.Length > 0)
            return null;
        int w = axes - 1;
        return new TransposedConvolutionGeometry
        {
            OutputChannels = (int)(weight[1] * groups),
            InputChannels = (int)weight[0],
            Groups = (int)groups,
            KernelHeight = axes == 2 ? (int)weight[2] : 1,
            KernelWidth = (int)weight[^1],
            StrideHeight = axes == 2 ? strides[0] : 1,
            StrideWidth = strides[w],
            DilationHeight = axes == 2 ? dilations[0] : 1,
            DilationWidth = dilations[w],
            PadTop = axes == 2 ? before[0] : 0,
            PadLeft = before[w],
            PadBottom = axes == 2 ? after[0] : 0,
            PadRight = after[w],
            OutputPaddingHeight = axes == 2 ? added[0] : 0,
            OutputPaddingWidth = added[w],
        };
    }

    /// <summary>Whether the node says the size of its output: the pads are then made for one size of input.</summary>
    public static bool HasOutputShape(NodeView node) => node.GetInts("output_shape") is { Length: > 0 };

    /// <summary>The shape of a node's output, as far as it is known; null where nothing is.</summary>
    public static long[]? Infer(NodeView node) =>
        node.Input(0)?.Shape is long[] shape && node.Input(1)?.Shape is long[] weight && shape.Length == weight.Length && Read(node, weight, out _) is TransposedConvolutionGeometry geometry ? Infer(geometry, shape) : null;

    /// <summary>The shape of the output for an input of 3 or 4 dimensions; extents are -1 where that of the input is not known.</summary>
    public static long[] Infer(TransposedConvolutionGeometry geometry, long[] input)
    {
        long width = Extent(input[^1], geometry.GetOutputWidth);
        return input.Length == 3 ? [input[0], geometry.OutputChannels, width] : [input[0], geometry.OutputChannels, Extent(input[2], geometry.GetOutputHeight), width];

        static long Extent(long size, Func<int, int> output) => size is > 0 and <= int.MaxValue ? output((int)size) : -1;
    }

    /// <summary>Whether the output of an axis can be counted.</summary>
    private static bool IsCountable(int size, int stride, long reach, int added) => ((Math.Max(size, 1) - 1L) * stride) + reach + added <= int.MaxValue;

    /// <summary>Finds the pads of an axis, where they follow from the size of the output.</summary>
    private static bool FitPads(NodeView node, int axes, int axis, int size, int stride, long reach, ref int before, ref int after, ref int added, out string refusal)
    {
        refusal = "";
        string automatic = node.GetString("auto_pad", "NOTSET");
        long[]? wanted = node.GetInts("output_shape");
        long total; // pads in all
        if (wanted is { Length: > 0 })
        {
            refusal = size == 0 ? "the pads depend on a size that the model does not say" : "the attributes do not fit the weight";
            if (size == 0 || (wanted.Length != axes && wanted.Length != axes + 2) || wanted[^(axes - axis)] is < 1 or > int.MaxValue)
                return false;
            total = ((size - 1L) * stride) + reach + added - wanted[^(axes - axis)];
            if (added + Math.Max(-total, 0) > int.MaxValue)
                return false;
            added += (int)Math.Max(-total, 0);
        }
        else if (automatic.StartsWith("SAME", StringComparison.Ordinal))
        {
            total = reach + added - stride; // the output has size * stride elements, whatever the size
        }
        else
        {
            if (automatic == "VALID")
                before = after = 0;
            return true;
        }

        total = Math.Max(total, 0);
        refusal = "the attributes do not fit the weight";
        if (total > int.MaxValue)
            return false;
        before = (int)(automatic == "SAME_UPPER" ? total / 2 : total - (total / 2));
        after = (int)total - before;
        return true;
    }

    private static int[]? Axes(NodeView node, string name, int count, int fallback, int least)
    {
        long[]? values = node.GetInts(name);
        bool isGiven = values is { Length: > 0 };
        if (isGiven && values!.Length != count)
            return null;
        int[] result = new int[count];
        for (int i = 0; i < count; i++)
        {
            long value = isGiven ? values![i] : fallback;
            if (value < least || value > int.MaxValue)
                return null;
            result[i] = (int)value;
        }

        return result;
    }

    private static bool AreSizes(ReadOnlySpan<long> dimensions)
    {
        foreach (long dimension in dimensions)
        {
            if (dimension is < 1 or > int.MaxValue)
                return false;
        }

        return true;
    }
}
