namespace DeepCompression.Training.Graphs;

/// <summary>Short names for the nodes that gradients are made of.</summary>
internal static class GraphOps
{
    public static string Add(this GraphBuilder g, string a, string b) => g.Op("Add", a, b);

    public static string Sub(this GraphBuilder g, string a, string b) => g.Op("Sub", a, b);

    public static string Mul(this GraphBuilder g, string a, string b) => g.Op("Mul", a, b);

    public static string Mul(this GraphBuilder g, string a, float b) => b == 1 ? a : g.Op("Mul", a, g.Constant(b));

    public static string Add(this GraphBuilder g, string a, float b) => b == 0 ? a : g.Op("Add", a, g.Constant(b));

    public static string Div(this GraphBuilder g, string a, string b) => g.Op("Div", a, b);

    public static string Neg(this GraphBuilder g, string a) => g.Op("Neg", a);

    /// <summary>Notes the shape of a float32 value that has just been made.</summary>
    public static string Known(this GraphBuilder g, string value, long[] shape)
    {
        g.Types[value] = new TensorType(TensorProtos.Float, shape);
        return value;
    }

    /// <summary>1 - a.</summary>
    public static string OneMinus(this GraphBuilder g, string a) => g.Op("Sub", g.Constant(1f), a);

    public static string Reshape(this GraphBuilder g, string a, params long[] shape) => g.Op("Reshape", a, g.Constant(shape));

    public static string Transpose(this GraphBuilder g, string a, params long[] order) => g.Op("Transpose", [a], [("perm", order)]);

    public static string Sum(this GraphBuilder g, string a, params long[] axes) => g.Op("ReduceSum", [a, g.Constant(axes)], [("keepdims", 1L)]);

    public static string Mean(this GraphBuilder g, string a, params long[] axes) => g.Op("ReduceMean", [a, g.Constant(axes)], [("keepdims", 1L)]);

    public static string Expand(this GraphBuilder g, string a, params long[] shape) => g.Op("Expand", a, g.Constant(shape));

    public static string Cast(this GraphBuilder g, string a, int elementType) => g.Op("Cast", [a], [("to", (long)elementType)]);

    public static string Gemm(this GraphBuilder g, string a, string b, bool transA = false, bool transB = false, float alpha = 1) =>
        g.Op("Gemm", [a, b], [("alpha", alpha), ("transA", transA ? 1L : 0L), ("transB", transB ? 1L : 0L)]);

    /// <summary>Takes the sum of a value over the axes along which a broadcast repeated it.</summary>
    public static string SumTo(this GraphBuilder g, string value, long[] from, long[] to)
    {
        if (from.AsSpan().SequenceEqual(to))
            return value;
        long[] axes = Shapes.BroadcastAxes(from, to);
        string sum = axes.Length > 0 ? g.Sum(value, axes) : value;
        return from.Length == to.Length ? sum : g.Reshape(sum, to);
    }

    /// <summary>Takes a part of a value along one axis.</summary>
    public static string Slice(this GraphBuilder g, string a, int axis, long start, long end) =>
        g.Op("Slice", a, g.Constant([start]), g.Constant([end]), g.Constant([(long)axis]));
}
