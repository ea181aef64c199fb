using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>Rules for operators that reduce windows.</summary>
internal static class PoolingRules
{
    public static Dictionary<string, GradientRule> Table { get; } = new()
    {
        ["MaxPool"] = MaxPool,
        ["AveragePool"] = AveragePool,
        ["GlobalAveragePool"] = c => c.Give(0, c.G.Expand(c.G.Mul(c.Dy, 1f / Shapes.Length(c.XShape.AsSpan(2))), c.XShape)),
        ["GlobalMaxPool"] = c => ReductionRules.Extreme(c, [.. Shapes.Range(c.Rank)[2..]]),
    };

    /// <summary>The gradient goes where the maximum came from: the node's second output says so, as positions in the flattened input.</summary>
    private static void MaxPool(GradientContext c)
    {
        if (c.Node.Int("storage_order", 0) != 0)
            throw c.NotSupported("storage_order 1 is not differentiated.");
        if (c.Node.Output.Count < 2)
            c.Node.Output.Add("");
        if (c.Node.Output[1].Length == 0)
            c.Node.Output[1] = c.G.NewName("indices");

        string positions = c.Node.Output[1];
        WindowGeometry geometry = WindowGeometry.Of(c.Node, c.Node.Ints("kernel_shape"), c.XShape.AsSpan(2), c.YShape.AsSpan(2));
        bool apart = Enumerable.Range(0, geometry.Axes).All(i => geometry.Strides[i] >= geometry.Reach(i) && geometry.Begin[i] == 0 && geometry.End[i] <= 0);
        if (apart && geometry.Axes == 2)
        {
            c.Give(0, c.G.Op("MaxUnpool", [c.Dy, positions, c.G.Constant(c.XShape)], [("kernel_shape", geometry.Kernel), ("strides", geometry.Strides)]));
            return;
        }

        string zeros = c.G.Expand(c.G.Constant([1], [0f]), Shapes.Length(c.XShape));
        string flat = c.G.Op("ScatterElements", [zeros, c.G.Reshape(positions, -1), c.G.Reshape(c.Dy, -1)], [("axis", 0L), ("reduction", "add")]);
        c.Give(0, c.G.Reshape(flat, c.XShape));
    }

    /// <summary>Every element of a window gets the same share: a ConvTranspose of the shares with ones.</summary>
    private static void AveragePool(GradientContext c)
    {
        WindowGeometry geometry = WindowGeometry.Of(c.Node, c.Node.Ints("kernel_shape"), c.XShape.AsSpan(2), c.YShape.AsSpan(2));
        float[] shares = Shares(c, geometry);
        string dy = shares.Distinct().Count() == 1 ? c.G.Mul(c.Dy, shares[0]) : c.G.Mul(c.Dy, c.G.Constant([1, 1, .. geometry.Output], shares));
        if (IsTiling(geometry))
        {
            c.Give(0, Repeat(c.G, dy, c.YShape, c.XShape, geometry));
            return;
        }

        long channels = c.XShape[1];
        long[] weight = [channels, 1, .. geometry.Kernel];
        float[] ones = new float[Shapes.Length(weight)];
        ones.AsSpan().Fill(1);
        c.Give(0, ConvolutionRules.InputGradient(c.G, dy, c.G.Constant(weight, ones), weight, channels, geometry));
    }

    private static bool IsTiling(WindowGeometry geometry) => Enumerable.Range(0, geometry.Axes).All(i =>
        geometry.Strides[i] == geometry.Kernel[i] && geometry.Dilations[i] == 1 && geometry.Begin[i] == 0 && geometry.End[i] == 0);

    private static string Repeat(GraphBuilder g, string dy, long[] yShape, long[] xShape, WindowGeometry geometry)
    {
        List<long> split = [yShape[0] * yShape[1]];
        List<long> wide = [yShape[0] * yShape[1]];
        for (int i = 0; i < geometry.Axes; i++)
        {
            split.AddRange([geometry.Output[i], 1]);
            wide.AddRange([geometry.Output[i], geometry.Kernel[i]]);
        }

        return g.Reshape(g.Expand(g.Reshape(dy, [.. split]), [.. wide]), xShape);
    }

    /// <summary>One over the elements that each window averages.</summary>
    private static float[] Shares(GradientContext c, WindowGeometry geometry)
    {
        bool countPadding = c.Node.Int("count_include_pad", 0) != 0;
        long[] pads = c.Node.Ints("pads", new long[2 * geometry.Axes]);
        float[] shares = new float[Shapes.Length(geometry.Output)];
        for (int window = 0; window < shares.Length; window++)
        {
            long count = 1;
            long rest = window;
            for (int axis = geometry.Axes - 1; axis >= 0; axis--)
            {
                long start = (rest % geometry.Output[axis] * geometry.Strides[axis]) - geometry.Begin[axis];
                long end = geometry.Input[axis] + (countPadding ? Math.Max(pads[geometry.Axes + axis], geometry.End[axis]) : 0);
                count *= Enumerable.Range(0, (int)geometry.Kernel[axis]).Count(element =>
                {
                    long position = start + (element * geometry.Dilations[axis]);
                    return countPadding ? position < end : position >= 0 && position < end;
                });
                rest /= geometry.Output[axis];
            }

            shares[window] = 1f / count;
        }

        return shares;
    }
}
