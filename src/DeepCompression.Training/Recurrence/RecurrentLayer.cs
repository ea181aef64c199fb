using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Recurrence;

/// <summary>One direction of a recurrent layer: its sizes, and the products that do not wait for a state.</summary>
internal sealed record RecurrentLayer(GraphBuilder Graph, long Length, long Batch, long Hidden, bool Backward, bool LinearBeforeReset)
{
    /// <summary>X W' and every bias that is simply added, shape [length, batch, gates x hidden].</summary>
    public string Project(string x, string w, string? bias, bool isLstm)
    {
        long gates = Graph.Shape(w)[0];
        long inputs = Graph.Shape(w)[1];
        string flat = Graph.Known(Graph.Reshape(x, Length * Batch, inputs), [Length * Batch, inputs]);
        string[] operands = bias is null ? [flat, w] : [flat, w, OuterBias(bias, gates, isLstm)];
        string product = Graph.Known(Graph.Op("Gemm", operands, [("transB", 1L)]), [Length * Batch, gates]);
        return Graph.Known(Graph.Reshape(product, Length, Batch, gates), [Length, Batch, gates]);
    }

    /// <summary>The recurrent bias of a GRU's candidate where it is multiplied by the reset gate; null elsewhere.</summary>
    public string? InnerBias(string? bias) => bias is null || !LinearBeforeReset ? null : Part(bias, 5 * Hidden, 6 * Hidden);

    /// <summary>The states before each step, from those after each and the first one: [length, batch, hidden].</summary>
    public string Previous(string first, string states)
    {
        string start = Graph.Reshape(first, 1, Batch, Hidden);
        return Backward
            ? Graph.Op("Concat", [Graph.Slice(states, 0, 1, Length), start], [("axis", 0L)])
            : Graph.Op("Concat", [start, Graph.Slice(states, 0, 0, Length - 1)], [("axis", 0L)]);
    }

    /// <summary>A' B over time and batch.</summary>
    public string Product(string a, long rows, string b, long columns) =>
        Graph.Gemm(Graph.Reshape(a, Length * Batch, rows), Graph.Reshape(b, Length * Batch, columns), transA: true);

    private string OuterBias(string bias, long gates, bool isLstm)
    {
        string w = Part(bias, 0, gates);
        if (isLstm || !LinearBeforeReset)
            return Graph.Known(Graph.Add(w, Part(bias, gates, 2 * gates)), [gates]);
        string zeros = Graph.Constant([Hidden], new float[Hidden]);
        string r = Graph.Known(Graph.Op("Concat", [Part(bias, gates, gates + (2 * Hidden)), zeros], [("axis", 0L)]), [gates]);
        return Graph.Known(Graph.Add(w, r), [gates]);
    }

    private string Part(string bias, long start, long end) => Graph.Known(Graph.Slice(bias, 0, start, end), [end - start]);
}
