using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>How the windows of a convolution or a pooling lie on its input; one entry a spatial axis.</summary>
/// <param name="Input">Sizes of the side that the windows lie on.</param>
/// <param name="Output">Numbers of windows.</param>
/// <param name="Kernel">Elements of a window.</param>
/// <param name="Strides">Steps from window to window.</param>
/// <param name="Dilations">Steps from element to element in a window.</param>
/// <param name="Begin">Padding before the input.</param>
internal sealed record WindowGeometry(long[] Input, long[] Output, long[] Kernel, long[] Strides, long[] Dilations, long[] Begin)
{
    public int Axes => Kernel.Length;

    /// <summary>Padding behind the input that the last window needs; negative where windows end before the input does.</summary>
    public long[] End => [.. Enumerable.Range(0, Axes).Select(i => ((Output[i] - 1) * Strides[i]) + Reach(i) - Input[i] - Begin[i])];

    public bool IsUnitStride => Array.TrueForAll(Strides, stride => stride == 1);

    /// <summary>From the attributes of a Conv, ConvTranspose or pooling node.</summary>
    public static WindowGeometry Of(NodeProto node, long[] kernel, ReadOnlySpan<long> input, ReadOnlySpan<long> output)
    {
        int axes = kernel.Length;
        long[] ones = [.. Enumerable.Repeat(1L, axes)];
        long[] pads = node.Ints("pads", new long[2 * axes]);
        WindowGeometry geometry = new(input.ToArray(), output.ToArray(), kernel, node.Ints("strides", ones), node.Ints("dilations", ones), pads[..axes]);
        string automatic = node.Text("auto_pad", "NOTSET");
        if (automatic is "SAME_UPPER" or "SAME_LOWER")
        {
            for (int i = 0; i < axes; i++)
            {
                long total = Math.Max(((geometry.Output[i] - 1) * geometry.Strides[i]) + geometry.Reach(i) - geometry.Input[i], 0);
                geometry.Begin[i] = automatic == "SAME_UPPER" ? total / 2 : total - (total / 2);
            }
        }
        else if (automatic == "VALID")
        {
            Array.Clear(geometry.Begin);
        }

        return geometry;
    }

    /// <summary>The elements from the first to the last of a window.</summary>
    public long Reach(int axis) => ((Kernel[axis] - 1) * Dilations[axis]) + 1;

    /// <summary>
    /// For every element of a window and every window, in this order, the row of the flattened input it reads;
    /// <c>Length(Input)</c> where it reads padding.
    /// </summary>
    public int[] Rows()
    {
        int elements = (int)Shapes.Length(Kernel);
        int windows = (int)Shapes.Length(Output);
        int padding = (int)Shapes.Length(Input);
        int[] rows = new int[elements * windows];
        for (int element = 0; element < elements; element++)
        {
            for (int window = 0; window < windows; window++)
                rows[(element * windows) + window] = Row(element, window, padding);
        }

        return rows;
    }

    private int Row(int element, int window, int padding)
    {
        int row = 0;
        int scale = 1;
        for (int axis = Axes - 1; axis >= 0; axis--)
        {
            long position = (window % Output[axis] * Strides[axis]) + (element % Kernel[axis] * Dilations[axis]) - Begin[axis];
            if (position < 0 || position >= Input[axis])
                return padding;
            row += scale * (int)position;
            scale *= (int)Input[axis];
            window /= (int)Output[axis];
            element /= (int)Kernel[axis];
        }

        return row;
    }
}
