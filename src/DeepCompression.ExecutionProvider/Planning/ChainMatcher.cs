using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Follows a graph from operator to operator, as long as each is the only reader of the one before and has a place in a chain.</summary>
internal sealed class ChainMatcher(GraphView graph, IReadOnlyDictionary<string, WeightNode> weights)
{
    private const long MostBytes = 1 << 20; // of the inputs or outputs of a layer, for the samples in the lanes: a second-level cache

    private readonly List<ChainPlan.Layer> _layers = [];
    private readonly List<NodeView> _nodes = []; // of the layers
    private readonly List<NodeView> _between = []; // since the last layer: flattening, and what does nothing

    /// <summary>The longest chain from an operator on; null where it has less than two layers.</summary>
    public ChainPlan? Match(NodeView start)
    {
        for (NodeView? node = start; node is not null; node = graph.OnlyReader((_between.Count > 0 ? _between : _nodes)[^1].Outputs[0]))
        {
            if (_layers.Count > 0 && IsBetween(node))
            {
                _between.Add(node);
                continue;
            }

            if (MatchLayer(node) is not (ChainPlan.Layer layer, List<NodeView> behind))
                break;
            _layers.Add(layer);
            _nodes.AddRange(_between);
            _nodes.Add(node);
            _nodes.AddRange(behind);
            _between.Clear();
        }

        return _layers.Count < 2 ? null : new ChainPlan(start, [.. _layers.SelectMany(layer => layer.Plan.Weights)], _nodes[1..], [.. _layers]);
    }

    private bool IsFlat => _between.Exists(node => !node.IsOnnx("Identity") && !node.IsOnnx("Dropout")) || _layers.Count > 0 && _layers[^1].OutputShape.Length == 1;

    // Of images, all that belongs to a sample becomes one dimension.
    private bool IsBetween(NodeView node)
    {
        long[] shape = _layers[^1].OutputShape;
        long numbers = shape.Aggregate(1L, (product, dimension) => product * dimension);
        if (node.Outputs.Length != 1)
            return false;
        if (node.IsOnnx("Identity") || node.IsOnnx("Dropout"))
            return node.Inputs.Length == 1;
        if (node.IsOnnx("Flatten"))
            return node.GetInt("axis", 1) == 1;
        return node.IsOnnx("Reshape") && node.GetInt("allowzero", 0) == 0 && node.Input(1)?.Constant is { ElementType: OnnxType.Int64 } constant
            && constant.As<long>().ToArray() is [long first, long second] && ((first is 0 or -1 && second == numbers) || (first == 0 && second == -1));
    }

    private (ChainPlan.Layer Layer, List<NodeView> Behind)? MatchLayer(NodeView node)
    {
        if (!(node.IsOnnx("Conv") || node.IsOnnx("Gemm") || node.IsOnnx("MatMul")) || node.Input(1) is not ValueView value || !weights.TryGetValue(value.Name, out WeightNode? weight))
            return null;
        if (graph.OnlyReader(weight.Output) != node)
            return null;
        return UnitMatcher.Match(graph, node, weights).Plan switch
        {
            ConvolutionPlan convolution => MatchConvolution(convolution),
            LinearPlan linear => MatchLinear(linear),
            _ => null,
        };
    }

    private (ChainPlan.Layer, List<NodeView>)? MatchConvolution(ConvolutionPlan plan)
    {
        long[] input = _layers.Count > 0 ? _layers[^1].OutputShape : [plan.Geometry.InputChannels, plan.Height, plan.Width];
        if (IsFlat || plan.Weight.Shape.Rank != 4 || input is not [long channels, > 0 and long rows, > 0 and long columns] || channels != plan.Geometry.InputChannels)
            return null;
        (int height, int width) = (plan.Geometry.GetOutputHeight((int)rows), plan.Geometry.GetOutputWidth((int)columns));
        if (height < 1 || width < 1 || Math.Max(channels * rows * columns, (long)plan.Geometry.OutputChannels * height * width) * ChainPlan.LeastBatch * sizeof(float) > MostBytes)
            return null;

        List<NodeView> behind = [.. plan.Followers];
        PoolingGeometry? pooling = null;
        Activation activation = default;
        if (graph.OnlyReader(plan.Results[0]) is NodeView pool && (pooling = PoolingShape.Read(pool, height, width)) is not null)
        {
            behind.Add(pool);
            if (graph.OnlyReader(pool.Outputs[0]) is NodeView function && Epilogue.ReadActivation(function) is Activation applied)
            {
                behind.Add(function);
                activation = applied;
            }
        }

        long[] output = [plan.Geometry.OutputChannels, pooling?.GetOutputHeight(height) ?? height, pooling?.GetOutputWidth(width) ?? width];
        KernelEstimate estimate = KernelCost.ChainedConvolution(plan.Weight.Entries, plan.Geometry, (int)rows, (int)columns);
        return (new ChainPlan.Layer(plan, estimate, input, output, Read), behind);

        ChainLayer Read() => new ConvolutionLayer(plan.ReadMatrix(), plan.Geometry, (int)rows, (int)columns, plan.Epilogue.Shift, plan.Epilogue.Activation) { Pooling = pooling, PooledActivation = activation };
    }

    private (ChainPlan.Layer, List<NodeView>)? MatchLinear(LinearPlan plan)
    {
        bool isMatrix = plan.Node.IsOnnx("Gemm") || (_layers.Count > 0 ? IsFlat : plan.Node.Input(0)?.Shape is { Length: 2 });
        long[] input = [plan.Inputs];
        if (!isMatrix || (_layers.Count > 0 && (!IsFlat || _layers[^1].OutputShape.Aggregate(1L, (product, dimension) => product * dimension) != plan.Inputs)))
            return null;
        KernelEstimate estimate = KernelCost.ChainedLinear(plan.Weight.Entries, plan.Outputs, plan.Inputs);
        return (new ChainPlan.Layer(plan, estimate, input, [plan.Outputs], Read), [.. plan.Followers]);

        ChainLayer Read() => new LinearLayer(plan.ReadMatrix(), plan.Epilogue.Shift, plan.Epilogue.Activation);
    }
}
