using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>Rules for Conv and ConvTranspose.</summary>
internal static class ConvolutionRules
{
    /// <summary>Elements of a matrix of windows above which it is made in parts, 64 MB each.</summary>
    private const long MaxWindowElements = 16 << 20;

    /// <summary>Output channels up to which, with large windows, a ConvTranspose is the faster gradient of a convolution's input.</summary>
    private const long FewChannels = 64;

    public static Dictionary<string, GradientRule> Table { get; } = new()
    {
        ["Conv"] = Conv,
        ["ConvTranspose"] = ConvTranspose,
    };

    private static void Conv(GradientContext c)
    {
        long[] weight = c.G.Shape(c.W);
        long group = c.Node.Int("group", 1);
        WindowGeometry geometry = WindowGeometry.Of(c.Node, weight[2..], c.XShape.AsSpan(2), c.YShape.AsSpan(2));
        c.Give(0, InputGradient(c.G, c.Dy, c.W, weight, group, geometry));
        c.Give(1, WeightGradient(c.G, c.X, c.XShape, c.Dy, c.YShape, group, geometry));
        if (c.Has(2))
            c.Give(2, BiasGradient(c));
    }

    /// <summary>A ConvTranspose is the input gradient of a convolution from Y to X: its own gradients are that convolution and its weight gradient.</summary>
    private static void ConvTranspose(GradientContext c)
    {
        long[] weight = c.G.Shape(c.W);
        long group = c.Node.Int("group", 1);
        WindowGeometry geometry = WindowGeometry.Of(c.Node, weight[2..], c.YShape.AsSpan(2), c.XShape.AsSpan(2));
        if (c.Node.Text("auto_pad", "NOTSET") == "SAME_LOWER")
            throw c.NotSupported("auto_pad SAME_LOWER is not differentiated; write the pads out.");
        c.Give(0, Convolve(c.G, c.Dy, c.W, group, geometry));
        c.Give(1, WeightGradient(c.G, c.Dy, c.YShape, c.X, c.XShape, group, geometry));
        if (c.Has(2))
            c.Give(2, BiasGradient(c));
    }

    private static string BiasGradient(GradientContext c) =>
        c.G.Reshape(c.G.Sum(c.Dy, [0, .. Shapes.Range(c.YShape.Length)[2..]]), c.YShape[1]);

    private static string Convolve(GraphBuilder g, string x, string w, long group, WindowGeometry geometry)
    {
        if (Array.Exists(geometry.End, end => end < 0))
        {
            // Windows end before the input does: the rest is cut off first.
            long[] axes = [.. Shapes.Range(geometry.Axes).Select(axis => axis + 2)];
            long[] ends = [.. geometry.Input.Zip(geometry.End, (size, end) => size + Math.Min(end, 0))];
            x = g.Op("Slice", x, g.Constant(new long[geometry.Axes]), g.Constant(ends), g.Constant(axes));
            geometry = geometry with { Input = ends };
        }

        return g.Op("Conv", [x, w], [("group", group), ("strides", geometry.Strides), ("dilations", geometry.Dilations), ("pads", (long[])[.. geometry.Begin, .. geometry.End]), ("kernel_shape", geometry.Kernel)]);
    }

    /// <summary>The gradient of a convolution's input, from dY [N, O, ...] and W [O, C / group, ...].</summary>
    public static string InputGradient(GraphBuilder g, string dy, string w, long[] weight, long group, WindowGeometry geometry)
    {
        long[] begin = [.. Enumerable.Range(0, geometry.Axes).Select(i => geometry.Reach(i) - 1 - geometry.Begin[i])];
        WindowGeometry flipped = geometry with { Input = geometry.Output, Output = geometry.Input, Begin = begin };
        bool largeAndFew = geometry.Kernel.Max() > 3 && weight[0] <= FewChannels;
        if (geometry.IsUnitStride && !largeAndFew && Array.TrueForAll(begin, pad => pad >= 0) && Array.TrueForAll(flipped.End, pad => pad >= 0))
            return Convolve(g, dy, Flip(g, w, weight, group), group, flipped);

        // What the windows leave over of the input is output padding, or cut where they reach beyond it.
        long[] over = [.. geometry.End.Select(end => Math.Max(-end, 0))];
        long[] pads = [.. geometry.Begin, .. geometry.End.Select(end => Math.Max(end, 0))];
        return g.Op("ConvTranspose", [dy, w],
            [("group", group), ("strides", geometry.Strides), ("dilations", geometry.Dilations), ("pads", pads), ("output_padding", over), ("kernel_shape", geometry.Kernel)]);
    }

    /// <summary>W [O, C / group, ...] with its windows turned round, as [C, O / group, ...].</summary>
    private static string Flip(GraphBuilder g, string w, long[] weight, long group)
    {
        int axes = weight.Length - 2;
        string flipped = w;
        if (weight.AsSpan(2).ContainsAnyExcept(1))
        {
            long[] back = [.. Enumerable.Repeat(-1L, axes)];
            flipped = g.Op("Slice", w, g.Constant(back), g.Constant([.. Enumerable.Repeat((long)int.MinValue, axes)]), g.Constant([.. Shapes.Range(axes).Select(axis => axis + 2)]), g.Constant(back));
        }

        long[] spatial = Shapes.Range(weight.Length)[2..];
        if (group == 1)
            return g.Transpose(flipped, [1, 0, .. spatial]);
        if (weight[1] == 1 && weight[0] == group)
            return flipped;
        string split = g.Reshape(flipped, [group, weight[0] / group, weight[1], .. weight[2..]]);
        string swapped = g.Transpose(split, [0, 2, 1, .. spatial.Select(axis => axis + 1)]);
        return g.Reshape(swapped, [group * weight[1], weight[0] / group, .. weight[2..]]);
    }

    /// <summary>The gradient of a convolution's weight [O, C / group, ...], from X [N, C, ...] and dY [N, O, ...].</summary>
    /// <remarks>Rows of X as [C, ..., N] gathered window by window, times dY as [O, ..., N]: one product of two matrices a group.</remarks>
    public static string WeightGradient(GraphBuilder g, string x, long[] xShape, string dy, long[] dyShape, long group, WindowGeometry geometry)
    {
        long batch = xShape[0];
        long channels = xShape[1] / group;
        long outputs = dyShape[1] / group;
        long elements = Shapes.Length(geometry.Kernel);
        long windows = Shapes.Length(geometry.Output);
        long positions = Shapes.Length(geometry.Input);
        long[] order = [.. Shapes.Range(xShape.Length)[1..], 0];

        string rows = g.Reshape(g.Transpose(x, order), xShape[1], positions, batch);
        int[] index = geometry.Rows();
        if (index.Contains((int)positions))
            rows = g.Op("Pad", rows, g.Constant([0L, 0, 0, 0, 1, 0]));
        string columns = g.Reshape(g.Transpose(dy, order), dyShape[1], windows, batch);

        long parts = Math.Clamp((xShape[1] * elements * windows * batch + MaxWindowElements - 1) / MaxWindowElements, 1, windows);
        string? sum = null;
        for (long part = 0; part < parts; part++)
        {
            long start = windows * part / parts;
            long end = windows * (part + 1) / parts;
            string dyPart = parts == 1 ? columns : g.Slice(columns, 1, start, end);
            string product = Product(g, Gather(g, rows, index, windows, start, end), dyPart, group, channels * elements, outputs, (end - start) * batch);
            sum = sum is null ? product : g.Add(sum, product);
        }

        return g.Reshape(sum!, [group * outputs, channels, .. geometry.Kernel]);
    }

    private static string Gather(GraphBuilder g, string rows, int[] index, long windows, long start, long end)
    {
        int elements = (int)(index.Length / windows);
        bool isWhole = elements == 1 && start == 0 && end == windows && index.AsSpan().SequenceEqual([.. Enumerable.Range(0, (int)windows)]);
        if (isWhole)
            return rows;
        int width = (int)(end - start);
        int[] part = new int[elements * width];
        for (int element = 0; element < elements; element++)
            index.AsSpan((int)((element * windows) + start), width).CopyTo(part.AsSpan(element * width));
        return g.Op("Gather", [rows, g.Constant([part.Length], part)], [("axis", 1L)]);
    }

    /// <summary>dY X' for each group.</summary>
    private static string Product(GraphBuilder g, string x, string dy, long group, long rows, long outputs, long depth)
    {
        if (group == 1)
            return g.Gemm(g.Reshape(dy, outputs, depth), g.Reshape(x, rows, depth), transB: true);
        string swapped = g.Transpose(g.Reshape(x, group, rows, depth), 0, 2, 1);
        return g.Op("MatMul", g.Reshape(dy, group, outputs, depth), swapped);
    }
}
