using System.Collections.Immutable;
using DeepCompression.Onnx.Schema;

namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>Finds how large the integers may be that a model takes as indices, so that random ones stay in range.</summary>
public static class IndexLimits
{
    private static readonly HashSet<string> s_passThrough = ["Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Flatten"];

    /// <summary>Follows every input to the <c>Gather</c> nodes that it indexes.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The exclusive limit of each input that indexes a tensor of known shape.</returns>
    public static ImmutableDictionary<string, long> Find(ModelProto model)
    {
        ArgumentNullException.ThrowIfNull(model);
        GraphProto graph = model.Graph;
        Dictionary<string, IReadOnlyList<long>> shapes = graph.Initializer.DistinctBy(t => t.Name).ToDictionary(t => t.Name, t => (IReadOnlyList<long>)t.Dims);
        foreach (NodeProto node in graph.Node.Where(n => n.OpType == "Constant" && n.Output.Count == 1))
        {
            if (node.Attribute.FirstOrDefault(a => a.Name == "value")?.T is { } value)
                shapes.TryAdd(node.Output[0], value.Dims);
        }

        var limits = ImmutableDictionary.CreateBuilder<string, long>();
        foreach (ValueInfoProto input in graph.Input.Where(i => !shapes.ContainsKey(i.Name)))
        {
            HashSet<string> same = [input.Name];
            foreach (NodeProto node in graph.Node.Where(n => n.Input.Count > 0))
            {
                if (s_passThrough.Contains(node.OpType) && same.Contains(node.Input[0]))
                {
                    same.UnionWith(node.Output);
                }
                else if (node.OpType == "Gather" && node.Input.Count == 2 && same.Contains(node.Input[1]) && shapes.TryGetValue(node.Input[0], out var shape))
                {
                    long axis = node.Attribute.FirstOrDefault(a => a.Name == "axis")?.I ?? 0;
                    axis = axis < 0 ? axis + shape.Count : axis;
                    if (axis >= 0 && axis < shape.Count)
                        limits[input.Name] = Math.Min(limits.TryGetValue(input.Name, out long limit) ? limit : long.MaxValue, shape[(int)axis]);
                }
            }
        }

        return limits.ToImmutable();
    }
}
