using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Recurrence;

namespace DeepCompression.Training.Graphs;

/// <summary>What the nodes that behave differently in training became.</summary>
internal sealed record TrainingMode(IReadOnlyList<RunningStatistics> Statistics, IReadOnlyList<DropoutMask> Masks)
{
    /// <summary>The output of a BatchNormalization in training mode that gives the batch's mean; the next one gives its variance.</summary>
    public const int BatchMeanOutput = 1;

    /// <summary>Rewrites Dropout, BatchNormalization, LSTM and GRU nodes for training.</summary>
    public static TrainingMode Apply(GraphBuilder graph, bool normalizeByBatch)
    {
        List<RunningStatistics> statistics = [];
        List<DropoutMask> masks = [];
        NodeProto[] nodes = [.. graph.Nodes];
        graph.Nodes.Clear();
        foreach (NodeProto node in nodes)
        {
            if (node.OpType == "Dropout")
                masks.AddRange(Dropout(graph, node));
            if (node.OpType == "BatchNormalization" && normalizeByBatch)
                statistics.Add(BatchNormalization(graph, node, statistics.Count));
            graph.Nodes.Add(node);
        }

        RecurrentLowering.Apply(graph);
        return new TrainingMode(statistics, masks);
    }

    private static DropoutMask[] Dropout(GraphBuilder graph, NodeProto node)
    {
        if (node.Output.Count > 1 && node.Output[1].Length > 0)
            throw new NotSupportedException($"{node.Describe()}: its mask is an output of the model; it cannot be trained.");
        float ratio = node.In(1).Length == 0 ? 0.5f
            : graph.Constants.TryGetValue(node.In(1), out TensorProto? given) ? TensorProtos.ReadSingles(given)[0]
            : throw new NotSupportedException($"{node.Describe()}: its ratio depends on the data.");
        if (ratio is not (>= 0 and < 1))
            throw new InvalidDataException($"{node.Describe()}: the ratio is {ratio}; 0 or more and less than 1 is needed.");
        string x = node.Input[0];
        while (node.Output.Count > 1)
            node.Output.RemoveAt(1);
        node.Attribute.Clear();
        node.Input.Clear();
        if (ratio == 0)
        {
            node.OpType = "Identity";
            node.Input.Add(x);
            return [];
        }

        string mask = $"train/dropout/{node.Output[0]}";
        graph.Types[mask] = graph.Type(x);
        node.OpType = "Mul";
        node.Input.Add([x, mask]);
        return [new DropoutMask(mask, graph.Type(x), ratio)];
    }

    /// <summary>
    /// With a momentum of 0 the node gives the batch's own statistics; the running ones are kept outside. The runtime writes the
    /// result over the running statistics it is given, even where others read them, and merges equal values: it is given values of
    /// the node's own that nobody reads.
    /// </summary>
    private static RunningStatistics BatchNormalization(GraphBuilder graph, NodeProto node, int number)
    {
        string mean = node.Input[3];
        string variance = node.Input[4];
        foreach (string name in new[] { mean, variance })
        {
            if (!graph.Constants.ContainsKey(name))
                throw new NotSupportedException($"{node.Describe()}: its running statistics '{name}' are not constants of the model.");
        }

        float momentum = node.Float("momentum", 0.9f);
        while (node.Output.Count > 1)
            node.Output.RemoveAt(1);
        string batchMean = graph.NewName("mean");
        string batchVariance = graph.NewName("variance");
        graph.Types[batchMean] = graph.Types[batchVariance] = graph.Type(mean);
        node.Output.Add([batchMean, batchVariance]);
        for (int i = 0; i < 2; i++)
            node.Input[3 + i] = graph.Mul(node.Input[1], 2 + (2 * number) + i);
        node.Set("training_mode", 1L).Set("momentum", 0f);
        return new RunningStatistics(mean, variance, batchMean, batchVariance, momentum);
    }
}
