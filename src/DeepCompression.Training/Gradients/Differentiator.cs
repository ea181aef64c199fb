using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>
/// Reverse-mode differentiation of a graph into the same graph. It walks the nodes from last to first and asks the table of
/// rules for each one that lies between what is wanted and what is given; it knows no operator itself.
/// </summary>
internal static class Differentiator
{
    /// <summary>Adds the nodes that compute gradients.</summary>
    /// <param name="graph">The forward graph; takes the backward nodes.</param>
    /// <param name="seeds">The gradient of some values, by name: where the walk starts.</param>
    /// <param name="wanted">The values whose gradients are wanted.</param>
    /// <returns>The name of the gradient of each wanted value that has one.</returns>
    /// <exception cref="NotSupportedException">A node between them has no rule.</exception>
    public static Dictionary<string, string> Differentiate(GraphBuilder graph, IReadOnlyDictionary<string, string> seeds, IReadOnlyCollection<string> wanted)
    {
        NodeProto[] forward = [.. graph.Nodes];
        HashSet<string> active = Active(forward, wanted);
        HashSet<string> behind = [.. graph.Behind.Values];
        Dictionary<string, List<string>> partial = [];
        foreach ((string value, string gradient) in seeds)
            partial[value] = [gradient];

        for (int i = forward.Length - 1; i >= 0; i--)
        {
            NodeProto node = forward[i];
            string[] results = graph.Behind.TryGetValue(node.Output[0], out string? extra) ? [.. node.Output, extra] : [.. node.Output];
            if (behind.Contains(node.Output[0]) || !node.Reads().Any(active.Contains) || !results.Any(partial.ContainsKey))
                continue;

            GradientContext context = new(graph, node, [.. results.Select(output => Total(graph, partial, output))]);
            GradientRules.Find(node)(context);
            foreach ((string value, string gradient) in context.Given)
            {
                if (!active.Contains(value))
                    continue;
                if (!partial.TryGetValue(value, out List<string>? sum))
                    partial.Add(value, sum = []);
                sum.Add(gradient);
            }
        }

        Dictionary<string, string> gradients = [];
        foreach (string value in wanted)
        {
            if (Total(graph, partial, value) is { } gradient)
                gradients.Add(value, gradient);
        }

        return gradients;
    }

    /// <summary>The values that depend on a wanted one by way of floating-point numbers, and the wanted ones.</summary>
    private static HashSet<string> Active(NodeProto[] nodes, IReadOnlyCollection<string> wanted)
    {
        HashSet<string> active = [.. wanted];
        foreach (NodeProto node in nodes)
        {
            if (node.Reads().Any(active.Contains) && !GradientRules.Stops(node))
                active.UnionWith(node.Output);
        }

        active.Remove("");
        return active;
    }

    private static string? Total(GraphBuilder graph, Dictionary<string, List<string>> partial, string value)
    {
        if (!partial.TryGetValue(value, out List<string>? parts))
            return null;
        string total = parts.Count == 1 ? parts[0] : graph.Op("Sum", [.. parts]);
        parts.Clear();
        parts.Add(total);
        return total;
    }
}
