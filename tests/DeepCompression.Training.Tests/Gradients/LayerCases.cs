using static DeepCompression.Training.Tests.Gradients.RuleCases;

namespace DeepCompression.Training.Tests.Gradients;

internal static class LayerCases
{
    public static Dictionary<string, Func<Random, GradientCase>> All { get; } = new()
    {
        ["BatchNormalization:training"] = r => BatchNormalization(r, 3, Pick(r, 2, 4), 2),
        ["BatchNormalization:training without space"] = r => new GradientCase("BatchNormalization", r).Small(6, 3).Small(3).Small(3).Constant([3], [0, 0, 0]).Constant([3], [1, 1, 1]),
        ["BatchNormalization"] = r => BatchNormalization(r, 2, 3, Pick(r, 1, 2)),
        ["LayerNormalization"] = r => new GradientCase("LayerNormalization", r).Distinct(2, 3, 4).Small(4).Small(4),
        ["LayerNormalization:two axes"] = r => new GradientCase("LayerNormalization", r).Distinct(2, 3, 4).Small(3, 4).With("axis", 1L).With("epsilon", 0.1f),
        ["InstanceNormalization"] = r => new GradientCase("InstanceNormalization", r).Distinct(2, 3, 2, 4).Small(3).Small(3).With("epsilon", 0.1f),
        ["LRN"] = r => new GradientCase("LRN", r).Distinct(2, 5, 2, 2).With("size", Pick(r, 1, 3, 5)).With("alpha", 0.5f).With("beta", 0.6f).With("bias", 1.5f),
        ["Scan:LSTM"] = r => Recurrent("LSTM", 4, 3, r, "forward"),
        ["Scan:LSTM directions"] = r => Recurrent("LSTM", 4, 3, r, r.Next(2) == 0 ? "reverse" : "bidirectional"),
        ["Scan:LSTM without bias"] = r => new GradientCase("LSTM", r).Small(3, 2, 2).Small(1, 12, 2).Small(1, 12, 3).With("hidden_size", 3L),
        ["Scan:GRU"] = r => Recurrent("GRU", 3, 2, r, "forward").With("linear_before_reset", Pick(r, 0, 1)),
        ["Scan:GRU directions"] = r => Recurrent("GRU", 3, 2, r, r.Next(2) == 0 ? "reverse" : "bidirectional").With("linear_before_reset", Pick(r, 0, 1)),
        ["Scan:GRU without bias"] = r => new GradientCase("GRU", r).Small(3, 2, 2).Small(1, 9, 2).Small(1, 9, 3).With("hidden_size", 3L).With("linear_before_reset", Pick(r, 0, 1)),
    };

    private static GradientCase BatchNormalization(Random r, long batch, long channels, long size)
    {
        float[] mean = [.. Enumerable.Range(0, (int)channels).Select(i => 0.1f * i)];
        float[] variance = [.. Enumerable.Range(0, (int)channels).Select(i => 0.5f + i)];
        return new GradientCase("BatchNormalization", r).Distinct(batch, channels, size, 3).Small(channels).Small(channels)
            .Constant([channels], mean).Constant([channels], variance).With("epsilon", 0.01f);
    }

    /// <summary>All inputs but the lengths, all outputs.</summary>
    private static GradientCase Recurrent(string op, long gates, int outputs, Random r, string direction)
    {
        long directions = direction == "bidirectional" ? 2 : 1;
        const long Hidden = 3;
        GradientCase given = new GradientCase(op, r, outputs).Small(Pick(r, 1, 4), 2, 2).Small(directions, gates * Hidden, 2).Small(directions, gates * Hidden, Hidden)
            .Small(directions, 2 * gates * Hidden).None().Small(directions, 2, Hidden);
        return (op == "LSTM" ? given.Small(directions, 2, Hidden) : given).With("hidden_size", Hidden).With("direction", direction);
    }
}
