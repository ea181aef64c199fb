using DeepCompression.Training.Gradients;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Recurrence;

/// <summary>
/// A direction of an LSTM as a Scan, and its gradient as a Scan the other way. With the gates in ONNX's order i, o, f, g:
/// c' = f c + i g, h' = o tanh(c').
/// </summary>
internal static class Lstm
{
    public const string Mark = "lstm";

    // Outputs of the forward Scan, and what is computed behind it.
    private const int Gates = 2; // i, o, f after their sigmoid, [length, batch, 3 hidden]
    private const int Candidate = 3; // g after its tanh
    private const int Kept = 4; // f c
    private const int Squashed = 5; // tanh(c')
    private const int States = 6; // h', behind the Scan

    /// <returns>The last state, the last cell, what the gradient needs, and all states [length, batch, hidden].</returns>
    public static string[] Forward(RecurrentLayer layer, string projected, string r, string h0, string c0)
    {
        GraphBuilder g = layer.Graph;
        long hidden = layer.Hidden;
        ScanBody body = new(g, "lstm");
        string h = body.Input("h", layer.Batch, hidden);
        string c = body.Input("c", layer.Batch, hidden);
        string x = body.Input("x", layer.Batch, 4 * hidden);
        string[] z = body.Split(body.Gemm(h, r, x, transB: true), 3 * hidden, hidden);
        string gates = body.Op("Sigmoid", z[0]);
        string candidate = body.Op("Tanh", z[1]);
        string[] iof = body.Split(gates, hidden, hidden, hidden);
        string kept = body.Op("Mul", iof[2], c);
        string cell = body.Op("Add", kept, body.Op("Mul", iof[0], candidate));
        string squashed = body.Op("Tanh", cell);
        string state = body.Op("Mul", iof[1], squashed);

        // A value can leave the body once only, and states do: all h' are computed again behind the Scan, at once.
        string[] results = [state, cell, gates, candidate, kept, squashed];
        string[] outputs = body.Scan(Mark + (layer.Backward ? "/reverse" : ""), [h0, c0], [projected], layer.Backward, results);
        g.Known(outputs[0], [layer.Batch, hidden]);
        g.Known(outputs[1], [layer.Batch, hidden]);
        g.Known(outputs[Gates], [layer.Length, layer.Batch, 3 * hidden]);
        foreach (int i in new[] { Candidate, Kept, Squashed })
            g.Known(outputs[i], [layer.Length, layer.Batch, hidden]);
        string states = g.Known(g.Mul(OutputGate(g, outputs[Gates], layer), outputs[Squashed]), [layer.Length, layer.Batch, hidden]);
        g.Behind.Add(outputs[0], states);
        return [.. outputs, states];
    }

    /// <summary>Everything that does not wait for a later step is computed for the whole sequence at once; the Scan is left with seven nodes.</summary>
    public static void Gradient(GradientContext c, string r)
    {
        GraphBuilder g = c.G;
        long[] shape = g.Shape(c.Node.Output[Squashed]);
        long hidden = shape[2];
        bool backward = c.Node.Name.Contains("/reverse", StringComparison.Ordinal);
        RecurrentLayer layer = new(g, shape[0], shape[1], hidden, backward, false);
        string zeros = g.Expand(g.Constant(0f), layer.Batch, hidden);

        string gates = c.Node.Output[Gates];
        string candidate = c.Node.Output[Candidate];
        string squashed = c.Node.Output[Squashed];
        string output = OutputGate(g, gates, layer);
        string input = g.Slice(gates, 2, 0, hidden);
        string taken = g.Mul(input, candidate);
        string intoCell = g.Mul(output, g.OneMinus(g.Mul(squashed, squashed)));
        string candidateSlope = g.Sub(input, g.Mul(taken, candidate));
        string gated = g.Op("Concat", [taken, g.Mul(output, squashed), c.Node.Output[Kept]], [("axis", 2L)]);
        string slopes = g.Op("Concat", [g.Mul(gated, g.OneMinus(gates)), candidateSlope], [("axis", 2L)]);

        ScanBody body = new(g, "lstm_gradient");
        string dh = body.Input("dh", layer.Batch, hidden);
        string dc = body.Input("dc", layer.Batch, hidden);
        string dy = body.Input("dy", layer.Batch, hidden);
        string into = body.Input("into", layer.Batch, hidden);
        string slope = body.Input("slope", layer.Batch, 4 * hidden);
        string forget = body.Input("forget", layer.Batch, hidden);
        string state = body.Op("Add", dh, dy);
        string cell = body.Op("Add", dc, body.Op("Mul", state, into));
        string dz = body.Op("Mul", body.Concat(cell, state, cell, cell), slope);

        string[] outputs = body.Scan("", [c.OutputGradient(0) ?? zeros, c.OutputGradient(1) ?? zeros],
            [c.OutputGradient(States) ?? g.Expand(g.Constant(0f), shape), intoCell, slopes, g.Slice(gates, 2, 2 * hidden, 3 * hidden)], !backward,
            [body.Gemm(dz, r, null, transB: false), body.Op("Mul", cell, forget), dz]);

        c.Give(0, outputs[0]);
        c.Give(1, outputs[1]);
        c.Give(2, outputs[2]);
        c.Given.Add((r, layer.Product(outputs[2], 4 * hidden, layer.Previous(c.Node.Input[0], g.Mul(output, squashed)), hidden)));
    }

    private static string OutputGate(GraphBuilder g, string gates, RecurrentLayer layer) =>
        g.Known(g.Slice(gates, 2, layer.Hidden, 2 * layer.Hidden), [layer.Length, layer.Batch, layer.Hidden]);
}
