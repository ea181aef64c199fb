using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>Rules for operators that move elements: their gradients move them back.</summary>
internal static class ShapeRules
{
    public static Dictionary<string, GradientRule> Table { get; } = new()
    {
        ["Reshape"] = Back,
        ["Flatten"] = Back,
        ["Squeeze"] = Back,
        ["Unsqueeze"] = Back,
        ["Transpose"] = c => c.Give(0, c.G.Transpose(c.Dy, Shapes.Inverse(c.Node.Ints("perm", [.. Shapes.Range(c.Rank).Reverse()])))),
        ["Expand"] = c => c.GiveSummed(0, c.Dy),
        ["Concat"] = Concat,
        ["Split"] = Split,
        ["Slice"] = Slice,
        ["Pad"] = AxisMaps.Pad,
        ["Gather"] = Gather,
        ["GatherElements"] = c => c.Give(0, c.G.Op("ScatterElements", [Zeros(c.G, c.XShape), c.W, c.Dy], [("axis", c.Node.Int("axis", 0)), ("reduction", "add")])),
        ["Tile"] = Tile,
        ["DepthToSpace"] = DepthToSpace,
        ["Resize"] = AxisMaps.Resize,
    };

    private static void Back(GradientContext c) => c.Give(0, c.G.Reshape(c.Dy, c.XShape));

    private static string Zeros(GraphBuilder g, long[] shape) => g.Expand(g.Constant(0f), shape);

    private static void Concat(GradientContext c)
    {
        int axis = Shapes.Axis(c.Node.Int("axis", 0), c.YShape.Length);
        long start = 0;
        for (int i = 0; i < c.Node.Input.Count; i++)
        {
            long end = start + c.G.Shape(c.Node.Input[i])[axis];
            c.Give(i, c.G.Slice(c.Dy, axis, start, end));
            start = end;
        }
    }

    private static void Split(GradientContext c)
    {
        string[] parts = [.. c.Node.Output.Select((output, i) => c.OutputGradient(i) ?? Zeros(c.G, c.G.Shape(output)))];
        c.Give(0, c.G.Op("Concat", parts, [("axis", c.Node.Int("axis", 0))]));
    }

    /// <summary>Steps of 1: zeros around. Other steps: scattered along each axis in turn, last first.</summary>
    private static void Slice(GradientContext c)
    {
        long[] starts = c.ConstantInts(1);
        long[] axes = c.Has(3) ? c.ConstantInts(3) : Shapes.Range(starts.Length);
        long[] steps = c.Has(4) ? c.ConstantInts(4) : [.. Enumerable.Repeat(1L, starts.Length)];
        long[] before = new long[c.Rank];
        long[] after = new long[c.Rank];
        string gradient = c.Dy;
        long[] shape = [.. c.YShape];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = Shapes.Axis(axes[i], c.Rank);
            long size = c.XShape[axis];
            long start = starts[i] < 0 ? starts[i] + size : starts[i];
            start = Math.Clamp(start, 0, steps[i] < 0 ? size - 1 : size);
            if (steps[i] == 1)
            {
                before[axis] = start;
                after[axis] = size - start - c.YShape[axis];
                continue;
            }

            long[] index = [.. Shapes.Range((int)c.YShape[axis]).Select(k => start + (k * steps[i]))];
            long[] column = [.. Enumerable.Repeat(1L, c.Rank)];
            column[axis] = index.Length;
            string positions = c.G.Expand(c.G.Constant(column, index), [.. shape]);
            shape[axis] = size;
            gradient = c.G.Op("ScatterElements", [Zeros(c.G, [.. shape]), positions, gradient], [("axis", (long)axis)]);
        }

        if (Array.Exists(before, pad => pad != 0) || Array.Exists(after, pad => pad != 0))
            gradient = c.G.Op("Pad", gradient, c.G.Constant([.. before, .. after]));
        c.Give(0, gradient);
    }

    /// <summary>The rows of one embedding may be read many times: their gradients add up.</summary>
    private static void Gather(GradientContext c)
    {
        int axis = Shapes.Axis(c.Node.Int("axis", 0), c.Rank);
        long[] indices = c.G.Shape(c.W);
        long count = Shapes.Length(indices);
        long outer = Shapes.Length(c.XShape.AsSpan(0, axis));
        long inner = Shapes.Length(c.XShape.AsSpan(axis + 1));
        long size = c.XShape[axis];

        // As [outer, count, inner] the gather is a product with a matrix of zeros and ones [count, size].
        string flat = c.G.Reshape(c.Dy, outer, count, inner);
        string index = c.G.Reshape(c.W, count);
        string hot = c.G.Op("OneHot", [index, c.G.Constant([size]), c.G.Constant([2], [0f, 1f])], [("axis", -1L)]);
        string sum = outer == 1
            ? c.G.Gemm(hot, c.G.Reshape(flat, count, inner), transA: true)
            : c.G.Op("MatMul", c.G.Transpose(hot, 1, 0), flat);
        c.Give(0, c.G.Reshape(sum, c.XShape));
    }

    private static void Tile(GradientContext c)
    {
        long[] repeats = c.ConstantInts(1);
        long[] split = [.. repeats.Zip(c.XShape).SelectMany(pair => new[] { pair.First, pair.Second })];
        string sum = c.G.Sum(c.G.Reshape(c.Dy, split), [.. Shapes.Range(c.Rank).Select(axis => 2 * axis)]);
        c.Give(0, c.G.Reshape(sum, c.XShape));
    }

    private static void DepthToSpace(GradientContext c)
    {
        long block = c.Node.Int("blocksize", 1);
        bool depthFirst = c.Node.Text("mode", "DCR") == "DCR";
        long[] y = c.YShape;
        string split = c.G.Reshape(c.Dy, y[0], y[1], y[2] / block, block, y[3] / block, block);
        string back = depthFirst ? c.G.Transpose(split, 0, 3, 5, 1, 2, 4) : c.G.Transpose(split, 0, 1, 3, 5, 2, 4);
        c.Give(0, c.G.Reshape(back, c.XShape));
    }
}
