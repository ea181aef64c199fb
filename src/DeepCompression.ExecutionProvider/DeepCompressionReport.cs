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
    private readonly Dictionary<(string Graph, string Node), NodeDecision> _decisions = [];
    private readonly List<(string Graph, string Node)> _order = [];

    /// <summary>The decisions in the order of the graph; a later session that decides about the same node replaces its decision.</summary>
    public IReadOnlyList<NodeDecision> Decisions
    {
        get
        {
            lock (_lock)
                return [.. _order.Select(key => _decisions[key])];
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

    internal void Add(string graph, NodeDecision decision)
    {
        lock (_lock)
        {
            if (!_decisions.ContainsKey((graph, decision.Node)))
                _order.Add((graph, decision.Node));
            _decisions[(graph, decision.Node)] = decision;
        }
    }

    internal void SetResidentBytes(string node, long bytes)
    {
        lock (_lock)
        {
            foreach ((string Graph, string Node) key in _order.Where(key => key.Node == node))
                _decisions[key] = _decisions[key] with { ResidentBytes = bytes };
        }
    }
}
