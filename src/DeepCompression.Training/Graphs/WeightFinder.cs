using System.Collections.Frozen;
using DeepCompression.Onnx.Schema;

namespace DeepCompression.Training.Graphs;

/// <summary>Finds the constants of a graph that training may change: those that stand where an operator has its parameters.</summary>
internal static class WeightFinder
{
    private static readonly FrozenDictionary<string, int[]> _parameters = new Dictionary<string, int[]>
    {
        ["Conv"] = [1, 2],
        ["ConvTranspose"] = [1, 2],
        ["Gemm"] = [0, 1, 2],
        ["MatMul"] = [0, 1],
        ["BatchNormalization"] = [1, 2],
        ["LayerNormalization"] = [1, 2],
        ["InstanceNormalization"] = [1, 2],
        ["PRelu"] = [1],
        ["Gather"] = [0],
        ["LSTM"] = [1, 2, 3, 7],
        ["GRU"] = [1, 2, 3],
    }.ToFrozenDictionary();

    /// <summary>Operators whose constant operands are biases and scales, unless they are single numbers.</summary>
    private static readonly FrozenSet<string> _operands = FrozenSet.Create("Add", "Sub", "Mul", "Div");

    private static readonly FrozenSet<string> _views = FrozenSet.Create("Identity", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten");

    /// <summary>The names of the float32 constants that are parameters, in the order of the nodes that use them.</summary>
    public static List<string> Find(IReadOnlyCollection<NodeProto> nodes, IReadOnlyDictionary<string, TensorProto> constants)
    {
        Dictionary<string, NodeProto> producers = nodes.SelectMany(node => node.Output.Select(output => (output, node)))
            .Where(pair => pair.output.Length > 0).ToDictionary(pair => pair.output, pair => pair.node);
        List<string> found = [];
        foreach (NodeProto node in nodes)
        {
            int[] places = _parameters.TryGetValue(node.OpType, out int[]? fixedPlaces) ? fixedPlaces : _operands.Contains(node.OpType) ? [0, 1] : [];
            foreach (int place in places)
            {
                string name = node.In(place);
                while (producers.TryGetValue(name, out NodeProto? view) && _views.Contains(view.OpType))
                    name = view.Input[0];
                bool isParameter = constants.TryGetValue(name, out TensorProto? tensor) && tensor.DataType == TensorProtos.Float
                    && (fixedPlaces is not null || Shapes.Length([.. tensor.Dims]) > 1);
                if (isParameter && !found.Contains(name))
                    found.Add(name);
            }
        }

        return found;
    }
}
