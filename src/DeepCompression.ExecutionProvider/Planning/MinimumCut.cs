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

    private const int None = -1;

    // Arrays: lists of numbers are compiled when they are first used.
    private int[] _first = new int[64]; // the first arc of every node
    private int[] _to = new int[256]; // where every arc goes; its reverse is beside it
    private int[] _after = new int[256]; // the next arc of the same node
    private double[] _left = new double[256]; // what the flow may still grow by
    private int _nodes;
    private int _arcs;
    private int[] _levels = [];
    private int[] _next = [];
    private int[] _queue = [];
    private int[] _path = []; // arcs

    /// <summary>Makes a graph of the two ends alone.</summary>
    public MinimumCut()
    {
        AddNode();
        AddNode();
    }

    /// <summary>Adds a node.</summary>
    /// <param name="near">What it costs on the near side.</param>
    /// <param name="far">What it costs on the far side.</param>
    /// <returns>Its number.</returns>
    public int Add(double near, double far)
    {
        int node = AddNode();
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
            if (_arcs == _to.Length)
            {
                Array.Resize(ref _to, 2 * _arcs);
                Array.Resize(ref _after, 2 * _arcs);
                double[] more = new double[2 * _arcs]; // what is generic over them is compiled when it is first used
                Array.Copy(_left, more, _arcs);
                _left = more;
            }

            (_to[_arcs], _left[_arcs], _after[_arcs]) = (to, left, _first[from]);
            _first[from] = _arcs++;
        }
    }

    /// <summary>The least cut.</summary>
    /// <returns>Whether a node is on the near side, by its number.</returns>
    public bool[] Solve()
    {
        (_levels, _next, _queue, _path) = (new int[_nodes], new int[_nodes], new int[_nodes], new int[_nodes]);
        while (FindLevels())
        {
            Array.Copy(_first, _next, _nodes);
            while (Push() > Nothing)
            {
            }
        }

        bool[] near = new bool[_nodes];
        for (int node = 0; node < near.Length; node++)
            near[node] = _levels[node] >= 0;
        return near;
    }

    private int AddNode()
    {
        if (_nodes == _first.Length)
            Array.Resize(ref _first, 2 * _nodes);
        _first[_nodes] = None;
        return _nodes++;
    }

    private bool FindLevels()
    {
        for (int node = 0; node < _levels.Length; node++)
            _levels[node] = node == Near ? 0 : -1;
        _queue[0] = Near;
        for (int read = 0, written = 1; read < written; read++)
        {
            int node = _queue[read];
            for (int arc = _first[node]; arc != None; arc = _after[arc])
            {
                int to = _to[arc];
                if (_left[arc] <= Nothing || _levels[to] >= 0)
                    continue;
                _levels[to] = _levels[node] + 1;
                _queue[written++] = to;
            }
        }

        return _levels[Far] >= 0;
    }

    // Along one shortest path, which may be as long as the graph is large. Zero where there is none any more.
    private double Push()
    {
        int node = Near, length = 0;
        while (node != Far)
        {
            int arc = _next[node];
            while (arc != None && (_left[arc] <= Nothing || _levels[_to[arc]] != _levels[node] + 1))
                arc = _after[arc];
            _next[node] = arc;
            if (arc != None)
            {
                _path[length++] = arc;
                node = _to[arc];
            }
            else if (length > 0)
            {
                int dead = _path[--length];
                node = _to[dead ^ 1];
                _next[node] = _after[dead];
            }
            else
            {
                return 0;
            }
        }

        double pushed = double.PositiveInfinity;
        for (int i = 0; i < length; i++)
            pushed = Math.Min(pushed, _left[_path[i]]);
        for (int i = 0; i < length; i++)
        {
            _left[_path[i]] -= pushed;
            _left[_path[i] ^ 1] += pushed;
        }

        return pushed;
    }
}
