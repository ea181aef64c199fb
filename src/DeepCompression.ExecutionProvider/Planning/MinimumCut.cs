using System.Runtime.InteropServices;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>
/// Splits nodes into two sides so that the arcs from the near side to the far one cost the least (Dinic 1970: a greatest flow along
/// shortest paths saturates the arcs of a least cut).
/// </summary>
internal sealed class MinimumCut
{
    private const int Near = 0;
    private const int Far = 1;
    private const double Nothing = 1e-6; // of the costs, which are nanoseconds

    private readonly List<Arc> _arcs = [];
    private readonly List<List<int>> _arcsOf = [[], []]; // an arc and its reverse are neighbours
    private int[] _levels = [];
    private int[] _next = [];

    /// <summary>Adds a node.</summary>
    /// <param name="near">What it costs on the near side.</param>
    /// <param name="far">What it costs on the far side.</param>
    /// <returns>Its number.</returns>
    public int Add(double near, double far)
    {
        int node = _arcsOf.Count;
        _arcsOf.Add([]);
        AddArc(node, Far, near);
        AddArc(Near, node, far);
        return node;
    }

    /// <summary>Adds what it costs that one node is on the near side and another on the far side.</summary>
    public void AddArc(int near, int far, double cost)
    {
        if (cost <= Nothing)
            return;
        Add(near, far, cost);
        Add(far, near, 0);

        void Add(int from, int to, double left)
        {
            _arcsOf[from].Add(_arcs.Count);
            _arcs.Add(new Arc(to, left));
        }
    }

    /// <summary>The least cut.</summary>
    /// <returns>Whether a node is on the near side, by its number.</returns>
    public bool[] Solve()
    {
        while (FindLevels())
        {
            _next = new int[_arcsOf.Count];
            while (Push(Near, double.PositiveInfinity) > Nothing)
            {
            }
        }

        return [.. _levels.Select(level => level >= 0)];
    }

    private bool FindLevels()
    {
        _levels = new int[_arcsOf.Count];
        Array.Fill(_levels, -1);
        _levels[Near] = 0;
        Queue<int> queue = new([Near]);
        while (queue.TryDequeue(out int node))
        {
            foreach (Arc arc in _arcsOf[node].Select(index => _arcs[index]).Where(arc => arc.Left > Nothing && _levels[arc.To] < 0))
            {
                _levels[arc.To] = _levels[node] + 1;
                queue.Enqueue(arc.To);
            }
        }

        return _levels[Far] >= 0;
    }

    // As deep as a shortest path is long.
    private double Push(int node, double most)
    {
        if (node == Far)
            return most;
        Span<Arc> arcs = CollectionsMarshal.AsSpan(_arcs);
        for (; _next[node] < _arcsOf[node].Count; _next[node]++)
        {
            int index = _arcsOf[node][_next[node]];
            if (arcs[index].Left <= Nothing || _levels[arcs[index].To] != _levels[node] + 1)
                continue;
            double pushed = Push(arcs[index].To, Math.Min(most, arcs[index].Left));
            if (pushed <= Nothing)
                continue;
            arcs[index].Left -= pushed;
            arcs[index ^ 1].Left += pushed;
            return pushed;
        }

        return 0;
    }

    private record struct Arc(int To, double Left);
}
