using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>A use of a weight.</summary>
/// <param name="Node">The node that uses it.</param>
/// <param name="InputIndex">Which input of the node the weight is, from 0.</param>
/// <param name="Scope">Where the node is: empty in the model's graph, else the path of the subgraph or function with a slash at its end.</param>
public sealed record WeightConsumer(NodeProto Node, int InputIndex, string Scope)
{
    /// <summary>The operator type of the node.</summary>
    public string OperatorType => Node.OpType;
}
