using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>Rules for reductions and softmax.</summary>
internal static class ReductionRules
{
    public static Dictionary<string, GradientRule> Table { get; } = new()
    {
        ["ReduceSum"] = c => c.Give(0, Spread(c, c.Dy)),
        ["ReduceMean"] = c => c.Give(0, Spread(c, c.G.Mul(c.Dy, (float)c.G.Type(c.Y).Length / c.G.Type(c.X).Length))),
        ["ReduceSumSquare"] = c => c.Give(0, c.G.Mul(c.X, c.G.Mul(Kept(c, c.Dy), 2))),
        ["ReduceL2"] = c => c.Give(0, c.G.Mul(c.X, Kept(c, c.G.Div(c.Dy, c.Y)))),
        ["ReduceMax"] = c => Extreme(c, Axes(c)),
        ["ReduceMin"] = c => Extreme(c, Axes(c)),
        ["Softmax"] = Softmax,
        ["LogSoftmax"] = LogSoftmax,
    };

    /// <summary>The gradient goes to the elements that equal the result; equal ones share it.</summary>
    public static void Extreme(GradientContext c, long[] axes)
    {
        long[] kept = Shapes.Reduced(c.XShape, axes);
        string y = c.G.Reshape(c.Y, kept);
        string chosen = c.G.Cast(c.G.Op("Equal", c.X, y), TensorProtos.Float);
        c.Give(0, c.G.Mul(chosen, c.G.Div(c.G.Reshape(c.Dy, kept), c.G.Sum(chosen, axes))));
    }

    private static string Spread(GradientContext c, string value) => c.G.Expand(Kept(c, value), c.XShape);

    /// <summary>The value with the reduced axes as 1.</summary>
    private static string Kept(GradientContext c, string value) => c.YShape.Length == c.Rank ? value : c.G.Reshape(value, Shapes.Reduced(c.XShape, Axes(c)));

    private static long[] Axes(GradientContext c) => c.Has(1)
        ? [.. c.ConstantInts(1).Select(axis => (long)Shapes.Axis(axis, c.Rank))]
        : c.Node.Int("noop_with_empty_axes", 0) != 0 ? [] : Shapes.Range(c.Rank);

    private static void Softmax(GradientContext c)
    {
        long axis = c.Node.Int("axis", -1);
        string weighted = c.G.Mul(c.Dy, c.Y);
        c.Give(0, c.G.Sub(weighted, c.G.Mul(c.Y, c.G.Sum(weighted, axis))));
    }

    private static void LogSoftmax(GradientContext c)
    {
        long axis = c.Node.Int("axis", -1);
        c.Give(0, c.G.Sub(c.Dy, c.G.Mul(c.G.Op("Exp", c.Y), c.G.Sum(c.Dy, axis))));
    }
}
