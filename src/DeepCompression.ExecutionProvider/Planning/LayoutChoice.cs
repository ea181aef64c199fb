using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>
/// Chooses which convolutions are computed from compressed weights. ONNX Runtime keeps a blocked layout of channels from one dense
/// convolution to the next, through what lies between; ours read and write the plain layout. A change of layout costs as much
/// as a small convolution, so that the choice is made for the whole graph: the one of least total time is a minimum cut.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="change">What a change of layout costs, as a factor on what it costs one thread.</param>
internal sealed class LayoutChoice(GraphView graph, double change)
{
    private const double NanosecondsToPlain = 0.17;   // a number, on one thread, in a network: the numbers come from a farther cache
    private const double NanosecondsToBlocked = 0.25;
    private const double NanosecondsToConcatenate = 0.1;
    private const int UnknownExtent = 32;             // rows or columns assumed where the model does not say
    private const int BlockChannels = 16;
    private const double Never = 1e15;

    // What stock computes in either layout.
    private static readonly string[] _either =
        ["Relu", "LeakyRelu", "Clip", "HardSigmoid", "Sigmoid", "Tanh", "Add", "Sum", "Mul", "Concat", "BatchNormalization", "Dropout", "Identity", "Resize", "Upsample"];

    // What stock computes in blocks wherever the channels fill them.
    private static readonly string[] _pools = ["MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool"];

    private readonly Dictionary<NodeView, Costs> _candidates = [];
    private readonly List<(NodeView A, NodeView B)> _ties = [];
    private readonly HashSet<NodeView> _plain = [];
    private readonly List<Gain> _concatenated = [];

    /// <summary>Whether the layout around an operator matters.</summary>
    public static bool Concerns(NodeView node) => node.IsOnnx("Conv") && node.Input(0)?.Shape is { Length: 4 };

    /// <summary>Whether an operator is a pooling layer, which has a layout when it is computed with a convolution.</summary>
    public static bool IsPool(NodeView node) => _pools.Any(node.IsOnnx);

    /// <summary>Adds convolutions that are computed from compressed weights all or none.</summary>
    /// <param name="nodes">The convolutions, and pooling layers that are computed with them.</param>
    /// <param name="plain">Nanoseconds from compressed weights, with the margin that is asked for.</param>
    /// <param name="blocked">Nanoseconds on stock ONNX Runtime between others of its kind.</param>
    public void Add(IReadOnlyList<NodeView> nodes, double plain, double blocked)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            _candidates[nodes[i]] = i == 0 ? new Costs(plain, blocked) : new Costs(0, 0);
            if (i > 0)
                _ties.Add((nodes[0], nodes[i]));
        }
    }

    /// <summary>Adds an operator that is computed from compressed weights whatever lies around it.</summary>
    public void AddPlain(NodeView node) => _plain.Add(node);

    /// <summary>Adds convolutions that write into the output of the Concat that reads them, if all are computed from compressed weights.</summary>
    /// <param name="nodes">The convolutions, all added before.</param>
    /// <param name="numbers">Numbers of the output.</param>
    public void AddConcatenated(IReadOnlyList<NodeView> nodes, long numbers) => _concatenated.Add(new Gain(nodes, numbers * NanosecondsToConcatenate));

    /// <summary>Chooses.</summary>
    /// <returns>The convolutions that are to be computed from compressed weights.</returns>
    public IReadOnlySet<NodeView> Choose()
    {
        if (_candidates.Count == 0)
            return new HashSet<NodeView>();
        MinimumCut cut = new();
        int outside = cut.Add(0, Never); // inputs and outputs of the graph
        Dictionary<NodeView, int> numbers = new(graph.Nodes.Length);
        foreach (NodeView node in graph.Nodes)
        {
            if (!WeightNode.IsWeightNode(node))
                numbers[node] = Add(cut, node);
        }

        foreach ((NodeView a, NodeView b) in _ties)
        {
            cut.AddArc(numbers[a], numbers[b], Never);
            cut.AddArc(numbers[b], numbers[a], Never);
        }

        foreach (Gain gain in _concatenated)
        {
            int together = cut.Add(0, gain.Nanoseconds);
            foreach (NodeView convolution in gain.Convolutions)
                cut.AddArc(together, numbers[convolution], Never);
        }

        foreach ((int producer, ValueView value) in Values(numbers, outside))
            AddChange(cut, producer, value, numbers, outside);
        bool[] plain = cut.Solve();
        return _candidates.Keys.Where(node => plain[numbers[node]]).ToHashSet();
    }

    // Near is plain, far is blocked.
    private int Add(MinimumCut cut, NodeView node)
    {
        if (_candidates.TryGetValue(node, out Costs? cost))
            return cut.Add(cost.Plain, cost.Blocked);
        if (_plain.Contains(node))
            return cut.Add(0, Never);
        if (Concerns(node))
            return cut.Add(Never, 0);
        if (IsPool(node) && node.Input(0)?.Shape is [_, > 0 and long channels, _, _] && channels % BlockChannels == 0)
            return cut.Add(Never, 0);
        return _either.Any(node.IsOnnx) ? cut.Add(0, 0) : cut.Add(0, Never);
    }

    private IEnumerable<(int Producer, ValueView Value)> Values(Dictionary<NodeView, int> numbers, int outside)
    {
        HashSet<string> seen = [];
        foreach (NodeView node in numbers.Keys)
        {
            foreach (ValueView? output in node.Outputs)
            {
                if (output is not null)
                    yield return (numbers[node], output);
            }

            // What no node yields comes from outside.
            for (int i = 0; i < (Concerns(node) ? 1 : node.Inputs.Length); i++)
            {
                if (node.Inputs[i] is { Shape.Length: 4 } input && graph.Producer(input) is null && seen.Add(input.Name) && input.Constant is null)
                    yield return (outside, input);
            }
        }
    }

    /// <summary>A value changes its layout at most once each way, however many read it.</summary>
    private void AddChange(MinimumCut cut, int producer, ValueView value, Dictionary<NodeView, int> numbers, int outside)
    {
        double count = Numbers(value) * change;
        if (count == 0)
            return;
        IReadOnlyList<GraphView.Reader> readers = graph.Readers(value);
        Join(NanosecondsToPlain, isPlain: true);
        if (!IsOfFewChannels(value))
            Join(NanosecondsToBlocked, isPlain: false);

        void Join(double nanoseconds, bool isPlain)
        {
            int any = -1; // plain where a reader is, or blocked where a reader is
            foreach (GraphView.Reader reader in readers)
            {
                if ((reader.Input == 0 || !Concerns(reader.Node)) && numbers.TryGetValue(reader.Node, out int number))
                    Link(number);
            }

            if (isPlain && value.IsGraphOutput)
                Link(outside);
            if (any >= 0)
                cut.AddArc(isPlain ? any : producer, isPlain ? producer : any, count * nanoseconds);

            void Link(int reader)
            {
                any = any < 0 ? cut.Add(0, 0) : any;
                cut.AddArc(isPlain ? reader : any, isPlain ? any : reader, Never);
            }
        }
    }

    /// <summary>Dense convolutions read images as they are.</summary>
    private static bool IsOfFewChannels(ValueView value) => value.Shape is [_, > 0 and < BlockChannels, ..];

    private static double Numbers(ValueView? value) => value?.Shape is [_, long channels, long rows, long columns]
        ? Math.Max(channels, 1) * (double)(rows > 0 ? rows : UnknownExtent) * (columns > 0 ? columns : UnknownExtent)
        : 0;

    // Classes: collections of numbers are compiled when they are first used.
    private sealed record Costs(double Plain, double Blocked);

    private sealed record Gain(IReadOnlyList<NodeView> Convolutions, double Nanoseconds);
}
