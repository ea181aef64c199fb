using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Reads the attributes of ONNX Conv.</summary>
internal static class ConvolutionShape
{
    /// <summary>Rows and columns of a convolution's input; 0 where the model does not say. A 1-D input has one row.</summary>
    public static (int Height, int Width) Extent(NodeView node, int rank)
    {
        if (node.Input(0)?.Shape is not long[] shape || shape.Length != rank)
            return (rank == 3 ? 1 : 0, 0);
        return (rank == 3 ? 1 : Known(shape[2]), Known(shape[^1]));

        static int Known(long dimension) => dimension is > 0 and <= int.MaxValue ? (int)dimension : 0;
    }

    /// <summary>The geometry of a convolution; null where automatic pads depend on a size that is not known.</summary>
    /// <exception cref="InvalidDataException">The attributes do not fit the weight.</exception>
    public static ConvolutionGeometry? Read(NodeView node, TensorShape weight)
    {
        ReadOnlySpan<long> shape = weight.Dimensions;
        int axes = shape.Length - 2;
        long groups = node.GetInt("group", 1);
        int[] kernel = ToInts(shape[2..]);
        int[] strides = Axes(node, "strides", axes, 1);
        int[] dilations = Axes(node, "dilations", axes, 1);
        if (groups < 1 || shape[0] % groups != 0 || Least(strides) < 1 || Least(dilations) < 1 || weight.Length == 0)
            throw new InvalidDataException($"node '{node.Label}': a convolution of {groups} groups and these strides does not fit a weight of shape {weight}");
        if (ReadPads(node, axes, kernel, strides, dilations) is not (int[] before, int[] after))
            return null;

        int w = axes - 1;
        return new ConvolutionGeometry
        {
            OutputChannels = (int)shape[0],
            InputChannels = checked((int)(shape[1] * groups)),
            Groups = (int)groups,
            KernelHeight = axes == 2 ? kernel[0] : 1,
            KernelWidth = kernel[w],
            StrideHeight = axes == 2 ? strides[0] : 1,
            StrideWidth = strides[w],
            DilationHeight = axes == 2 ? dilations[0] : 1,
            DilationWidth = dilations[w],
            PadTop = axes == 2 ? before[0] : 0,
            PadLeft = before[w],
            PadBottom = axes == 2 ? after[0] : 0,
            PadRight = after[w],
        };
    }

    /// <summary>Whether the pads of a convolution are right for the size of input alone that they were read for.</summary>
    public static bool HasPadsOfOneSize(NodeView node) => node.GetString("auto_pad", "NOTSET") is not ("NOTSET" or "" or "VALID") && !AreOnes(node.GetInts("strides"));

    /// <summary>Whether all strides or dilations are 1, as they are where none are given.</summary>
    public static bool AreOnes(long[]? numbers)
    {
        foreach (long number in numbers ?? [])
        {
            if (number != 1)
                return false;
        }

        return true;
    }

    private static (int[] Before, int[] After)? ReadPads(NodeView node, int axes, int[] kernel, int[] strides, int[] dilations)
    {
        string automatic = node.GetString("auto_pad", "NOTSET");
        int[] before = new int[axes];
        int[] after = new int[axes];
        if (automatic is "NOTSET" or "")
        {
            int[] pads = Axes(node, "pads", 2 * axes, 0);
            for (int axis = 0; axis < axes; axis++)
                (before[axis], after[axis]) = (pads[axis], pads[axes + axis]);
            return Least(pads) < 0 ? null : (before, after);
        }

        if (automatic == "VALID")
            return (before, after);
        (int height, int width) = Extent(node, axes + 2);
        for (int axis = 0; axis < axes; axis++)
        {
            // The output has ceil(size / stride) elements; an odd pad goes behind for SAME_UPPER.
            int size = axis == axes - 1 ? width : height;
            int reach = (kernel[axis] - 1) * dilations[axis];
            if (size == 0 && strides[axis] != 1)
                return null;
            int total = strides[axis] == 1 ? reach : Math.Max((((size + strides[axis] - 1) / strides[axis]) - 1) * strides[axis] + reach + 1 - size, 0);
            before[axis] = automatic == "SAME_LOWER" ? (total + 1) / 2 : total / 2;
            after[axis] = total - before[axis];
        }

        return (before, after);
    }

    private static int[] Axes(NodeView node, string name, int count, int fallback)
    {
        long[]? values = node.GetInts(name);
        if (values is not null)
        {
            if (values.Length != count)
                throw new InvalidDataException($"node '{node.Label}': {name} has {values.Length} numbers instead of {count}");
            foreach (long value in values)
            {
                if (value is < int.MinValue or > int.MaxValue)
                    throw new InvalidDataException($"node '{node.Label}': {name} has {value}");
            }

            return ToInts(values);
        }

        int[] result = new int[count];
        for (int i = 0; i < count; i++)
            result[i] = fallback;
        return result;
    }

    // Loops: generic methods over numbers are compiled when they are first used.
    private static int[] ToInts(ReadOnlySpan<long> values)
    {
        int[] result = new int[values.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = checked((int)values[i]);
        return result;
    }

    private static int Least(int[] values)
    {
        int least = int.MaxValue;
        foreach (int value in values)
            least = Math.Min(least, value);
        return least;
    }
}
