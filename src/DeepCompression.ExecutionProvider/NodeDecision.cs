namespace DeepCompression.ExecutionProvider;

/// <summary>What became of one operator that reads a compressed weight.</summary>
/// <param name="Node">The operator's name.</param>
/// <param name="OpType">The operator's type, for example <c>Gemm</c>.</param>
/// <param name="Weight">The name of the weight.</param>
/// <param name="IsClaimed">Whether the execution provider computes the operator; otherwise ONNX Runtime does, from the dense weight.</param>
/// <param name="Reason">Why.</param>
/// <param name="Density">Non-zeros of the weight as a share of its elements, 0..1.</param>
/// <param name="DenseBytes">Bytes of the dense weight.</param>
/// <param name="ResidentBytes">Bytes that the claimed operator holds; 0 until it is compiled, and where it shares what another one holds.</param>
public sealed record NodeDecision(string Node, string OpType, string Weight, bool IsClaimed, string Reason, double Density, long DenseBytes, long ResidentBytes = 0);
