namespace DeepCompression.ExecutionProvider;

/// <summary>What became of one operator that reads a compressed weight.</summary>
/// <param name="Node">The operator's name.</param>
/// <param name="OpType">The operator's type, for example <c>Gemm</c>.</param>
/// <param name="Weights">The names of the compressed weights that it reads.</param>
/// <param name="IsClaimed">Whether the execution provider computes the operator; otherwise ONNX Runtime does, from the dense weight.</param>
/// <param name="Reason">Why.</param>
/// <param name="Density">Non-zeros of the weight as a share of its elements, 0..1.</param>
/// <param name="DenseBytes">Bytes of the dense weight.</param>
/// <param name="ResidentBytes">Bytes that the claimed operator holds; 0 until it is compiled, and where it shares what another one holds.</param>
public sealed record NodeDecision(string Node, string OpType, IReadOnlyList<string> Weights, bool IsClaimed, string Reason, double Density, long DenseBytes, long ResidentBytes = 0)
{
    /// <summary>Whether the node is a packed weight that no claimed operator reads: it is decoded once and copied by every run.</summary>
    public bool IsDecodedOnly { get; init; }
}
