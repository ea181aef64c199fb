using DeepCompression.ExecutionProvider.Graph;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>A Concat along the channels of convolutions that nothing else reads: computed together, they write their outputs where they are to be.</summary>
/// <param name="Node">The Concat.</param>
/// <param name="Parts">Its inputs, in order.</param>
internal sealed record Concatenation(NodeView Node, IReadOnlyList<ConvolutionPlan> Parts)
{
    private const int ChannelAxis = 1;

    /// <summary>Numbers of the output, where the sizes are known or assumed.</summary>
    public long OutputElements
    {
        get
        {
            long elements = 0;
            foreach (ConvolutionPlan part in Parts)
                elements += part.OutputElements;
            return elements;
        }
    }

    /// <summary>Finds those whose inputs are all among some operators.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="units">The operators. Those of batches are left out: their images are computed together, which do not lie together in the output.</param>
    public static IEnumerable<Concatenation> Find(GraphView graph, IEnumerable<UnitPlan> units)
    {
        Dictionary<string, ConvolutionPlan> results = [];
        foreach (UnitPlan unit in units)
        {
            if (unit is ConvolutionPlan { Batch: 1, Pooling: null, Results: [ValueView result] } convolution && graph.OnlyReader(result) is not null)
                results.Add(result.Name, convolution);
        }

        foreach (NodeView node in graph.Nodes)
        {
            if (!node.IsOnnx("Concat") || node.Inputs.Length < 2)
                continue;
            ConvolutionPlan?[] parts = [.. node.Inputs.Select(input => input is null ? null : results.GetValueOrDefault(input.Name))];
            if (Array.Exists(parts, part => part is null))
                continue;
            int rank = parts[0]!.Weight.Shape.Rank;
            if (node.GetInt("axis", 0) is long axis && (axis == ChannelAxis || axis == ChannelAxis - rank))
                yield return new Concatenation(node, parts!);
        }
    }
}
