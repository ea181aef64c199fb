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

    // Outputs of the forward Scan.
    private const int Gates = 2; // i, o, f after their sigmoid, [length, batch, 3 hidden]
    private const int Candidate = 3; // g after its tanh
    private const int Cells = 4; // c'
    private const int Squashed = 5; // tanh(c')
    private const int States = 6; // h'

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
        string cell = body.Op("Add", body.Op("Mul", iof[2], c), body.Op("Mul", iof[0], candidate));
        string squashed = body.Op("Tanh", cell);
        string state = body.Op("Mul", iof[1], squashed);

        // A value can leave the body once only, so what is both a state and a result leaves as a copy too.
        string[] results = [state, cell, gates, candidate, body.Op("Identity", cell), squashed, body.Op("Identity", state)];
        string[] outputs = body.Scan(Mark + (layer.Backward ? "/reverse" : ""), [h0, c0], [projected], layer.Backward, results);
        g.Known(outputs[0], [layer.Batch, hidden]);
        g.Known(outputs[1], [layer.Batch, hidden]);
        g.Known(outputs[Gates], [layer.Length, layer.Batch, 3 * hidden]);
        foreach (int i in new[] { Candidate, Cells, Squashed, States })
            g.Known(outputs[i], [layer.Length, layer.Batch, hidden]);
        return outputs;
    }

    /// <summary>Everything that does not wait for a later step is computed for the whole sequence at once; the Scan is left with seven nodes.</summary>
    public static void Gradient(GradientContext c, string r)
    {
        GraphBuilder g = c.G;
        long[] shape = g.Shape(c.Node.Output[States]);
        long hidden = shape[2];
        bool backward = c.Node.Name.Contains("/reverse", StringComparison.Ordinal);
        RecurrentLayer layer = new(g, shape[0], shape[1], hidden, backward, false);
        string zeros = g.Expand(g.Constant(0f), layer.Batch, hidden);

        string[] iof = [.. Enumerable.Range(0, 3).Select(i => g.Slice(c.Node.Output[Gates], 2, i * hidden, (i + 1) * hidden))];
        string candidate = c.Node.Output[Candidate];
        string squashed = c.Node.Output[Squashed];
        string before = layer.Previous(c.Node.Input[1], c.Node.Output[Cells]);
        string intoCell = g.Mul(iof[1], g.OneMinus(g.Mul(squashed, squashed)));
        string gateSlopes = g.Mul(c.Node.Output[Gates], g.OneMinus(c.Node.Output[Gates]));
        string partners = g.Op("Concat", [candidate, squashed, before], [("axis", 2L)]);
        string candidateSlope = g.Mul(iof[0], g.OneMinus(g.Mul(candidate, candidate)));
        string slopes = g.Op("Concat", [g.Mul(gateSlopes, partners), candidateSlope], [("axis", 2L)]);

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
            [c.OutputGradient(States) ?? g.Expand(g.Constant(0f), shape), intoCell, slopes, iof[2]], !backward,
            [body.Gemm(dz, r, null, transB: false), body.Op("Mul", cell, forget), dz]);

        c.Give(0, outputs[0]);
        c.Give(1, outputs[1]);
        c.Give(2, outputs[2]);
        c.Given.Add((r, layer.Product(outputs[2], 4 * hidden, layer.Previous(c.Node.Input[0], c.Node.Output[States]), hidden)));
    }
}
