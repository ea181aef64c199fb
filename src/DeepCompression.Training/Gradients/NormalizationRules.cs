using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>Rules for normalizations.</summary>
internal static class NormalizationRules
{
    public static Dictionary<string, GradientRule> Table { get; } = new()
    {
        ["BatchNormalization"] = c => BatchNormalization(c, c.Node.Int("training_mode", 0) != 0),
        ["LayerNormalization"] = LayerNormalization,
        ["InstanceNormalization"] = InstanceNormalization,
        ["LRN"] = Lrn,
    };

    /// <summary>
    /// y = s (x - m) / d + b with d = sqrt(v + e) for each channel. In training m and v depend on x; then
    /// dx = s / d (dy - mean(dy) - (x - m) / d^2 mean(dy (x - m))).
    /// </summary>
    private static void BatchNormalization(GradientContext c, bool byBatch)
    {
        GraphBuilder g = c.G;
        long channels = c.XShape[1];
        long[] axes = [0, .. Shapes.Range(c.Rank)[2..]];
        long[] column = [1, channels, .. Enumerable.Repeat(1L, c.Rank - 2)];
        string mean = byBatch ? c.Node.Output[TrainingMode.BatchMeanOutput] : c.Node.Input[3];
        string variance = byBatch ? c.Node.Output[TrainingMode.BatchMeanOutput + 1] : c.Node.Input[4];
        string inverse = g.Op("Reciprocal", g.Op("Sqrt", g.Add(variance, c.Node.Float("epsilon", 1e-5f))));

        string centred = g.Sub(c.X, g.Reshape(mean, column));
        string sum = g.Reshape(g.Sum(c.Dy, axes), channels);
        string product = g.Reshape(g.Sum(g.Mul(c.Dy, centred), axes), channels);
        string slope = g.Mul(c.W, inverse);
        c.Give(1, g.Mul(product, inverse));
        c.Give(2, sum);

        string dx = g.Mul(c.Dy, g.Reshape(slope, column));
        if (byBatch)
        {
            // What is left is one line in x for each channel, which a BatchNormalization with other numbers computes in one pass.
            float share = -(float)channels / Shapes.Length(c.XShape);
            string tilt = g.Mul(g.Mul(g.Mul(slope, g.Mul(inverse, inverse)), product), share);
            string offset = g.Mul(g.Mul(slope, sum), share);
            string one = g.Constant([channels], [.. Enumerable.Repeat(1f, (int)channels)]);
            dx = g.Add(dx, g.Op("BatchNormalization", [c.X, tilt, offset, mean, one], [("epsilon", 0f)]));
        }

        c.Give(0, dx);
    }

    private static void LayerNormalization(GradientContext c)
    {
        GraphBuilder g = c.G;
        while (c.Node.Output.Count < 3)
            c.Node.Output.Add("");
        for (int i = 1; i < 3; i++)
            c.Node.Output[i] = c.Node.Output[i].Length > 0 ? c.Node.Output[i] : g.NewName("moment");

        int first = Shapes.Axis(c.Node.Int("axis", -1), c.Rank);
        long[] axes = Shapes.Range(c.Rank)[first..];
        string normal = g.Mul(g.Sub(c.X, c.Node.Output[1]), c.Node.Output[2]);
        c.Give(0, Normalized(g, g.Mul(c.Dy, c.W), normal, c.Node.Output[2], axes));
        c.GiveSummed(1, g.Mul(c.Dy, normal));
        if (c.Has(2))
            c.GiveSummed(2, c.Dy);
    }

    private static void InstanceNormalization(GradientContext c)
    {
        GraphBuilder g = c.G;
        long channels = c.XShape[1];
        long[] axes = Shapes.Range(c.Rank)[2..];
        long[] column = [1, channels, .. Enumerable.Repeat(1L, c.Rank - 2)];
        string centred = g.Sub(c.X, g.Mean(c.X, axes));
        string variance = g.Mean(g.Mul(centred, centred), axes);
        string inverse = g.Op("Reciprocal", g.Op("Sqrt", g.Add(variance, c.Node.Float("epsilon", 1e-5f))));
        string normal = g.Mul(centred, inverse);
        c.Give(0, Normalized(g, g.Mul(c.Dy, g.Reshape(c.W, column)), normal, inverse, axes));
        c.Give(1, g.Reshape(g.Sum(g.Mul(c.Dy, normal), [0, .. axes]), channels));
        c.Give(2, g.Reshape(g.Sum(c.Dy, [0, .. axes]), channels));
    }

    /// <summary>The gradient of n = (x - mean) / deviation, over the axes that share them: (dn - mean(dn) - n mean(dn n)) / deviation.</summary>
    private static string Normalized(GraphBuilder g, string dn, string normal, string inverse, long[] axes)
    {
        string rest = g.Sub(g.Sub(dn, g.Mean(dn, axes)), g.Mul(normal, g.Mean(g.Mul(dn, normal), axes)));
        return g.Mul(rest, inverse);
    }

    /// <summary>
    /// y = x d^-b with d = k + a/n S(x^2), S the sum over n neighbouring channels:
    /// dx = dy d^-b - 2ab/n x S'(dy x d^(-b-1)). S and its adjoint S' are products with a band of ones.
    /// </summary>
    private static void Lrn(GradientContext c)
    {
        GraphBuilder g = c.G;
        long size = c.Node.Int("size", 1);
        float scale = c.Node.Float("alpha", 1e-4f) / size;
        float beta = c.Node.Float("beta", 0.75f);
        long channels = c.XShape[1];
        long[] flat = [c.XShape[0], channels, Shapes.Length(c.XShape.AsSpan(2))];
        float[] band = new float[channels * channels];
        for (long row = 0; row < channels; row++)
        {
            for (long column = Math.Max(row - ((size - 1) / 2), 0); column <= Math.Min(row + (size / 2), channels - 1); column++)
                band[(row * channels) + column] = 1;
        }

        string sums = g.Constant([channels, channels], band);
        string x = g.Reshape(c.X, flat);
        string dy = g.Reshape(c.Dy, flat);
        string divisor = g.Add(g.Mul(g.Op("MatMul", sums, g.Mul(x, x)), scale), c.Node.Float("bias", 1));
        string power = g.Op("Pow", divisor, g.Constant(-beta));
        string shared = g.Op("MatMul", g.Transpose(sums, 1, 0), g.Mul(g.Mul(dy, x), g.Div(power, divisor)));
        c.Give(0, g.Reshape(g.Sub(g.Mul(dy, power), g.Mul(g.Mul(x, shared), 2 * scale * beta)), c.XShape));
    }
}
