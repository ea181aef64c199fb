using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Recurrence;

/// <summary>
/// Rewrites LSTM and GRU nodes for training: the products with the inputs become one Gemm over time and batch, and what is left is a
/// Scan that keeps what the gradient needs.
/// </summary>
internal static class RecurrentLowering
{
    public static void Apply(GraphBuilder graph)
    {
        NodeProto[] nodes = [.. graph.Nodes];
        graph.Nodes.Clear();
        foreach (NodeProto node in nodes)
        {
            if (node.OpType is "LSTM" or "GRU" && node.Domain is "" or "ai.onnx")
                Lower(graph, node);
            else
                graph.Nodes.Add(node);
        }
    }

    private static void Lower(GraphBuilder g, NodeProto node)
    {
        Check(node);
        bool isLstm = node.OpType == "LSTM";
        long[] x = g.Shape(node.Input[0]);
        long[] r = g.Shape(node.Input[2]);
        string direction = node.Text("direction", "forward");
        List<string> all = [];
        List<string> last = [];
        List<string> cells = [];
        for (int d = 0; d < r[0]; d++)
        {
            RecurrentLayer layer = new(g, x[0], x[1], r[2], direction == "reverse" || d == 1, node.Int("linear_before_reset", 0) != 0);
            string w = Direction(g, node.Input[1], d);
            string recurrent = Direction(g, node.Input[2], d);
            string? bias = node.In(3).Length > 0 ? Direction(g, node.Input[3], d) : null;
            string h0 = Initial(g, node.In(5), d, x[1], r[2]);
            string projected = layer.Project(node.Input[0], w, bias, isLstm);
            string[] results = isLstm ? Lstm.Forward(layer, projected, recurrent, h0, Initial(g, node.In(6), d, x[1], r[2])) : Gru.Forward(layer, projected, recurrent, layer.InnerBias(bias), h0);
            all.Add(results[^1]);
            last.Add(results[0]);
            cells.Add(results[1]);
        }

        Join(g, all, [x[0], 1, x[1], r[2]], 1, node.Output[0]);
        if (node.Output.Count > 1)
            Join(g, last, [1, x[1], r[2]], 0, node.Output[1]);
        if (node.Output.Count > 2)
            Join(g, cells, [1, x[1], r[2]], 0, node.Output[2]);
    }

    private static void Check(NodeProto node)
    {
        string? trouble = node.In(4).Length > 0 ? "sequence_lens are not differentiated; train on sequences of equal length"
            : node.OpType == "LSTM" && node.In(7).Length > 0 ? "peepholes are not differentiated"
            : node.Has("activations") && !HasDefaultActivations(node) ? "only the default activations are differentiated"
            : node.Has("clip") ? "clip is not differentiated"
            : node.Int("input_forget", 0) != 0 ? "input_forget is not differentiated"
            : node.Int("layout", 0) != 0 ? "layout 1 is not differentiated" : null;
        if (trouble is not null)
            throw new NotSupportedException($"{node.Describe()}: {trouble}.");
    }

    private static bool HasDefaultActivations(NodeProto node)
    {
        string[] defaults = node.OpType == "LSTM" ? ["Sigmoid", "Tanh", "Tanh"] : ["Sigmoid", "Tanh"];
        return node.Find("activations")!.Strings.Select((text, i) => text.ToStringUtf8() == defaults[i % defaults.Length]).All(same => same);
    }

    /// <summary>The part of a weight for one direction, without the first axis.</summary>
    private static string Direction(GraphBuilder g, string weight, int direction)
    {
        long[] shape = g.Shape(weight);
        string part = shape[0] == 1 ? weight : g.Known(g.Slice(weight, 0, direction, direction + 1), [1, .. shape[1..]]);
        return g.Known(g.Reshape(part, shape[1..]), shape[1..]);
    }

    private static string Initial(GraphBuilder g, string state, int direction, long batch, long hidden) =>
        state.Length > 0 ? Direction(g, state, direction) : g.Known(g.Expand(g.Constant(0f), batch, hidden), [batch, hidden]);

    /// <summary>Puts the directions side by side under the name that the node's output had.</summary>
    private static void Join(GraphBuilder g, List<string> parts, long[] shape, int axis, string output)
    {
        if (output.Length == 0)
            return;
        string[] reshaped = [.. parts.Select(part => g.Known(g.Reshape(part, shape), shape))];
        NodeProto node = new() { OpType = parts.Count == 1 ? "Identity" : "Concat" };
        node.Input.Add(reshaped);
        node.Output.Add(output);
        if (parts.Count > 1)
            node.Set("axis", (long)axis);
        g.Nodes.Add(node);
    }
}
