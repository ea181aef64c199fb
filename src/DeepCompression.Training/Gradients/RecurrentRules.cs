using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;
using DeepCompression.Training.Recurrence;

namespace DeepCompression.Training.Gradients;

/// <summary>Rules for recurrent layers. LSTM and GRU nodes have become Scans by the time they are differentiated.</summary>
internal static class RecurrentRules
{
    public static Dictionary<string, GradientRule> Table { get; } = new() { ["Scan"] = Scan };

    private static void Scan(GradientContext c)
    {
        // The weights are what the bodies' products read from outside.
        NodeProto[] products = [.. c.Node.Find("body")?.G.Node.Where(node => node.OpType == "Gemm") ?? []];
        if (c.Node.Name.StartsWith("train/" + Lstm.Mark, StringComparison.Ordinal))
            Lstm.Gradient(c, products[0].Input[1]);
        else if (c.Node.Name.StartsWith("train/" + Gru.Mark, StringComparison.Ordinal))
            Gru.Gradient(c, products[0].Input[1], products[1].Input[1], c.Node.Name.Contains("/linear", StringComparison.Ordinal) && products[1].Input.Count > 2 ? products[1].Input[2] : null);
        else
            throw c.NotSupported("there is no gradient rule for this operator; only LSTM and GRU are differentiated through time.");
    }
}
