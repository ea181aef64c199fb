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

        bool[] near = new bool[_levels.Length];
        for (int node = 0; node < near.Length; node++)
            near[node] = _levels[node] >= 0;
        return near;
    }

    private bool FindLevels()
    {
        _levels = new int[_arcsOf.Count];
        for (int node = 0; node < _levels.Length; node++)
            _levels[node] = node == Near ? 0 : -1;
        Queue<int> queue = new();
        queue.Enqueue(Near);
        while (queue.TryDequeue(out int node))
        {
            foreach (int index in _arcsOf[node])
            {
                Arc arc = _arcs[index];
                if (arc.Left <= Nothing || _levels[arc.To] >= 0)
                    continue;
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
        for (; _next[node] < _arcsOf[node].Count; _next[node]++)
        {
            int index = _arcsOf[node][_next[node]];
            Arc arc = _arcs[index];
            if (arc.Left <= Nothing || _levels[arc.To] != _levels[node] + 1)
                continue;
            double pushed = Push(arc.To, Math.Min(most, arc.Left));
            if (pushed <= Nothing)
                continue;
            arc.Left -= pushed;
            _arcs[index ^ 1].Left += pushed;
            return pushed;
        }

        return 0;
    }

    // A class: lists of structs are compiled when they are first used.
    private sealed class Arc(int to, double left)
    {
        public int To => to;

        public double Left { get; set; } = left;
    }
}
