using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Recurrence;

/// <summary>Writes the body of a Scan: states first, then one slice of each sequence; new states out first, then one slice of each result.</summary>
internal sealed class ScanBody(GraphBuilder outer, string name)
{
    private readonly GraphProto _body = new() { Name = name };

    public string Input(string stem, params long[] shape)
    {
        string value = outer.NewName(stem);
        _body.Input.Add(ModelWriter.Info(value, new TensorType(TensorProtos.Float, shape)));
        return value;
    }

    public string Op(string op, params string[] inputs) => Op(op, inputs, []);

    public string Op(string op, string[] inputs, params (string Name, object Value)[] attributes) => Ops(op, 1, inputs, attributes)[0];

    public string[] Ops(string op, int outputs, string[] inputs, params (string Name, object Value)[] attributes)
    {
        NodeProto node = new() { OpType = op };
        node.Input.Add(inputs);
        for (int i = 0; i < outputs; i++)
            node.Output.Add(outer.NewName(op));
        foreach ((string attribute, object value) in attributes)
            node.Set(attribute, value);
        _body.Node.Add(node);
        return [.. node.Output];
    }

    /// <summary>a b' + c, or a b + c.</summary>
    public string Gemm(string a, string b, string? c, bool transB) => Op("Gemm", c is null ? [a, b] : [a, b, c], ("transB", transB ? 1L : 0L));

    public string[] Split(string value, params long[] sizes) => Ops("Split", sizes.Length, [value, outer.Constant(sizes)], ("axis", 1L));

    public string Concat(params string[] values) => Op("Concat", values, ("axis", 1L));

    /// <summary>Ends the body and adds the Scan to the outer graph.</summary>
    /// <param name="mark">What the node is called: it tells the gradient rule what the Scan computes.</param>
    /// <param name="states">The first states, in the order of the inputs.</param>
    /// <param name="sequences">What is sliced along its first axis.</param>
    /// <param name="backward">Whether the slices are taken, and the results put, from last to first.</param>
    /// <param name="results">New states, then a slice of each result; each value once.</param>
    /// <returns>The last states and the results.</returns>
    public string[] Scan(string mark, string[] states, string[] sequences, bool backward, string[] results)
    {
        foreach (string result in results)
            _body.Output.Add(new ValueInfoProto { Name = result });
        long[] inputDirections = [.. Enumerable.Repeat(backward ? 1L : 0L, sequences.Length)];
        long[] outputDirections = [.. Enumerable.Repeat(backward ? 1L : 0L, results.Length - states.Length)];
        string[] outputs = outer.Ops("Scan", [.. states, .. sequences], results.Length,
            ("body", _body), ("num_scan_inputs", (long)sequences.Length), ("scan_input_directions", inputDirections), ("scan_output_directions", outputDirections));
        outer.Nodes[^1].Name = mark.Length > 0 ? outer.NewName(mark) : "";
        return outputs;
    }
}
