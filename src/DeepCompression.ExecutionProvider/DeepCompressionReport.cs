using System.Globalization;
using System.Text;

namespace DeepCompression.ExecutionProvider;

/// <summary>
/// What the execution provider decided for each operator that reads a compressed weight. It fills while sessions are
/// created from the options that it belongs to, and may be read from several threads.
/// </summary>
public sealed class DeepCompressionReport
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];

    /// <summary>The decisions, in the order in which they were made; a later session that decides about the same weights replaces them.</summary>
    public IReadOnlyList<NodeDecision> Decisions
    {
        get
        {
            lock (_lock)
                return [.. _entries.Select(entry => entry.Decision)];
        }
    }

    /// <summary>Why the execution provider is not in use; null where it is.</summary>
    public string? Unavailable { get; set; }

    /// <summary>Bytes that the claimed operators hold for their weights.</summary>
    public long ResidentBytes => Decisions.Sum(decision => decision.ResidentBytes);

    /// <summary>Bytes that the same weights would take as dense tensors.</summary>
    public long DenseBytes => Decisions.Where(decision => decision.IsClaimed).Sum(decision => decision.DenseBytes);

    /// <summary>The decisions as a table of text, one a line.</summary>
    public override string ToString()
    {
        if (Unavailable is not null)
            return Unavailable;
        StringBuilder text = new();
        foreach (NodeDecision decision in Decisions)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(decision.IsClaimed ? "claimed " : "declined")} {decision.OpType,-14} {decision.Node}: {decision.Reason}");
            if (decision.IsClaimed)
                text.Append(CultureInfo.InvariantCulture, $"; {decision.ResidentBytes:#,0} bytes instead of {decision.DenseBytes:#,0}");
            text.AppendLine();
        }

        return text.ToString();
    }

    /// <summary>Notes a decision. What an earlier pass over the graph decided about the same weights is void: the runtime has rewritten it since.</summary>
    /// <param name="pass">Identifies one pass over a graph.</param>
    /// <param name="graph">The graph's name.</param>
    /// <param name="decision">The decision.</param>
    internal void Add(object pass, string graph, NodeDecision decision)
    {
        lock (_lock)
        {
            _entries.RemoveAll(entry => entry.Pass != pass && entry.Graph == graph && entry.Decision.Weights.Intersect(decision.Weights).Any());
            _entries.Add(new Entry(pass, graph, decision));
        }
    }

    /// <summary>Notes what a compiled operator holds.</summary>
    internal void SetResidentBytes(string node, long bytes)
    {
        lock (_lock)
        {
            foreach (Entry entry in _entries.Where(entry => entry.Decision.Node == node))
                entry.Decision = entry.Decision with { ResidentBytes = bytes };
        }
    }

    private sealed class Entry(object pass, string graph, NodeDecision decision)
    {
        public object Pass => pass;

        public string Graph => graph;

        public NodeDecision Decision { get; set; } = decision;
    }
}
