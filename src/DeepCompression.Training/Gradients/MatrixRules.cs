using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>Rules for products of matrices: every product of two matrices is a Gemm, which transposes for nothing.</summary>
internal static class MatrixRules
{
    public static Dictionary<string, GradientRule> Table { get; } = new()
    {
        ["Gemm"] = Gemm,
        ["MatMul"] = MatMul,
    };

    /// <summary>Y = alpha A' B' + beta C, where A' and B' are A and B or their transposes.</summary>
    private static void Gemm(GradientContext c)
    {
        bool transA = c.Node.Int("transA", 0) != 0;
        bool transB = c.Node.Int("transB", 0) != 0;
        float alpha = c.Node.Float("alpha", 1);
        c.Give(0, transA ? c.G.Gemm(c.W, c.Dy, transB, true, alpha) : c.G.Gemm(c.Dy, c.W, false, !transB, alpha));
        c.Give(1, transB ? c.G.Gemm(c.Dy, c.X, true, transA, alpha) : c.G.Gemm(c.X, c.Dy, !transA, false, alpha));
        if (c.Has(2))
            c.GiveSummed(2, c.G.Mul(c.Dy, c.Node.Float("beta", 1)));
    }

    private static void MatMul(GradientContext c)
    {
        GraphBuilder g = c.G;
        long[] a = c.XShape;
        long[] b = g.Shape(c.W);
        if (b.Length == 2 && a.Length >= 2)
        {
            // One matrix for the whole batch: the batch becomes rows.
            long rows = Shapes.Length(a.AsSpan(0, a.Length - 1));
            string dy = Flat(g, c.Dy, c.YShape, rows, b[1]);
            string x = Flat(g, c.X, a, rows, a[^1]);
            string dx = g.Gemm(dy, c.W, transB: true);
            c.Give(0, a.Length == 2 ? dx : g.Reshape(dx, a));
            c.Give(1, g.Gemm(x, dy, transA: true));
            return;
        }

        // A vector is a matrix of one row (left) or one column (right).
        long[] a2 = a.Length == 1 ? [1, a[0]] : a;
        long[] b2 = b.Length == 1 ? [b[0], 1] : b;
        long[] batch = [.. a.Length == 1 || b.Length == 1 ? (a.Length > b.Length ? a2[..^2] : b2[..^2]) : c.YShape[..^2]];
        long[] y2 = [.. batch, a2[^2], b2[^1]];
        string dy2 = c.YShape.AsSpan().SequenceEqual(y2) ? c.Dy : g.Reshape(c.Dy, y2);
        string left = g.Op("MatMul", dy2, SwapLast(g, Matrix(g, c.W, b, b2), b2.Length));
        string right = g.Op("MatMul", SwapLast(g, Matrix(g, c.X, a, a2), a2.Length), dy2);
        c.Give(0, Matrix(g, g.SumTo(left, [.. batch, a2[^2], a2[^1]], a2), a2, a));
        c.Give(1, Matrix(g, g.SumTo(right, [.. batch, b2[^2], b2[^1]], b2), b2, b));
    }

    private static string Flat(GraphBuilder g, string value, long[] shape, long rows, long columns) => shape.Length == 2 ? value : g.Reshape(value, rows, columns);

    private static string Matrix(GraphBuilder g, string value, long[] from, long[] to) => from.Length == to.Length ? value : g.Reshape(value, to);

    private static string SwapLast(GraphBuilder g, string value, int rank)
    {
        long[] order = Shapes.Range(rank);
        (order[^1], order[^2]) = (order[^2], order[^1]);
        return g.Transpose(value, order);
    }
}
