using DeepCompression.Training.Gradients;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Recurrence;

/// <summary>
/// A direction of a GRU as a Scan, and its gradient as a Scan the other way. With the gates in ONNX's order z, r, n:
/// h' = n + z (h - n), where n = tanh(x + r (h R' + b)) if linear before reset, and n = tanh(x + (r h) R') otherwise.
/// </summary>
internal static class Gru
{
    public const string Mark = "gru";

    // Outputs of the forward Scan.
    private const int Gates = 1; // z, r after their sigmoid, [length, batch, 2 hidden]
    private const int Candidate = 2; // n
    private const int Inner = 3; // h R' + b of the candidate if linear before reset, r h otherwise
    private const int States = 4; // h'

    /// <returns>The last state, what the gradient needs, and all states [length, batch, hidden].</returns>
    public static string[] Forward(RecurrentLayer layer, string projected, string r, string? innerBias, string h0)
    {
        GraphBuilder g = layer.Graph;
        long hidden = layer.Hidden;
        string gateWeight = g.Known(g.Slice(r, 0, 0, 2 * hidden), [2 * hidden, hidden]);
        string candidateWeight = g.Known(g.Slice(r, 0, 2 * hidden, 3 * hidden), [hidden, hidden]);

        ScanBody body = new(g, "gru");
        string h = body.Input("h", layer.Batch, hidden);
        string[] x = body.Split(body.Input("x", layer.Batch, 3 * hidden), 2 * hidden, hidden);
        string gates = body.Op("Sigmoid", body.Gemm(h, gateWeight, x[0], transB: true));
        string[] zr = body.Split(gates, hidden, hidden);
        string inner = layer.LinearBeforeReset ? body.Gemm(h, candidateWeight, innerBias, transB: true) : body.Op("Mul", zr[1], h);
        string sum = layer.LinearBeforeReset ? body.Op("Add", x[1], body.Op("Mul", zr[1], inner)) : body.Gemm(inner, candidateWeight, x[1], transB: true);
        string candidate = body.Op("Tanh", sum);
        string state = body.Op("Add", candidate, body.Op("Mul", zr[0], body.Op("Sub", h, candidate)));
        string mark = Mark + (layer.LinearBeforeReset ? "/linear" : "") + (layer.Backward ? "/reverse" : "");
        string[] outputs = body.Scan(mark, [h0], [projected], layer.Backward, [state, gates, candidate, inner, body.Op("Identity", state)]);
        g.Known(outputs[0], [layer.Batch, hidden]);
        g.Known(outputs[Gates], [layer.Length, layer.Batch, 2 * hidden]);
        foreach (int i in new[] { Candidate, Inner, States })
            g.Known(outputs[i], [layer.Length, layer.Batch, hidden]);
        return outputs;
    }

    /// <summary>Every gate's gradient is the state's times something known before the Scan, or passes one product.</summary>
    /// <param name="c">The forward Scan.</param>
    /// <param name="gateWeight">The rows of R for z and r.</param>
    /// <param name="candidateWeight">The rows of R for n.</param>
    /// <param name="innerBias">The bias that the reset gate multiplies, if there is one.</param>
    public static void Gradient(GradientContext c, string gateWeight, string candidateWeight, string? innerBias)
    {
        GraphBuilder g = c.G;
        long[] shape = g.Shape(c.Node.Output[States]);
        long hidden = shape[2];
        bool backward = c.Node.Name.Contains("/reverse", StringComparison.Ordinal);
        bool linear = c.Node.Name.Contains("/linear", StringComparison.Ordinal);
        RecurrentLayer layer = new(g, shape[0], shape[1], hidden, backward, linear);

        string z = g.Slice(c.Node.Output[Gates], 2, 0, hidden);
        string r = g.Slice(c.Node.Output[Gates], 2, hidden, 2 * hidden);
        string candidate = c.Node.Output[Candidate];
        string inner = c.Node.Output[Inner];
        string before = layer.Previous(c.Node.Input[0], c.Node.Output[States]);
        string keepSlope = g.Mul(g.Sub(before, candidate), g.Mul(z, g.OneMinus(z)));
        string candidateSlope = g.Mul(g.OneMinus(z), g.OneMinus(g.Mul(candidate, candidate)));
        string resetSlope = g.Mul(r, g.OneMinus(r));

        ScanBody body = new(g, "gru_gradient");
        string dh = body.Input("dh", layer.Batch, hidden);
        string dy = body.Input("dy", layer.Batch, hidden);
        string keep = body.Input("keep", layer.Batch, hidden);
        string first = body.Input("first", layer.Batch, hidden);
        string second = body.Input("second", layer.Batch, hidden);
        string third = body.Input("third", layer.Batch, hidden);
        string fourth = body.Input("fourth", layer.Batch, hidden);
        string state = body.Op("Add", dh, dy);
        string dz = body.Op("Mul", state, first);
        string dn = body.Op("Mul", state, second);
        string passed = body.Op("Mul", state, keep);
        string dr;
        string rest;
        if (linear)
        {
            string dq = body.Op("Mul", dn, fourth);
            dr = body.Op("Mul", dn, third);
            rest = body.Gemm(dq, candidateWeight, passed, transB: false);
        }
        else
        {
            string da = body.Gemm(dn, candidateWeight, null, transB: false);
            dr = body.Op("Mul", da, third);
            rest = body.Op("Add", passed, body.Op("Mul", da, fourth));
        }

        string gates = body.Concat(dz, dr);
        string[] outputs = body.Scan("", [c.OutputGradient(0) ?? g.Expand(g.Constant(0f), layer.Batch, hidden)],
            [c.OutputGradient(States) ?? g.Expand(g.Constant(0f), shape), z, keepSlope, candidateSlope, g.Mul(resetSlope, linear ? inner : before), r], !backward,
            [body.Gemm(gates, gateWeight, rest, transB: false), gates, dn]);

        c.Give(0, outputs[0]);
        c.Give(1, g.Op("Concat", [outputs[1], outputs[2]], [("axis", 2L)]));
        c.Given.Add((gateWeight, layer.Product(outputs[1], 2 * hidden, before, hidden)));
        string innerGradient = linear ? g.Mul(outputs[2], r) : outputs[2];
        c.Given.Add((candidateWeight, layer.Product(innerGradient, hidden, linear ? before : inner, hidden)));
        if (innerBias is not null)
            c.Given.Add((innerBias, g.Reshape(g.Sum(innerGradient, 0, 1), hidden)));
    }
}
