using DeepCompression.Onnx;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>A whole network as it is compared: dense on stock ONNX Runtime, compressed with the execution provider.</summary>
/// <param name="Name">What the rows are called.</param>
/// <param name="Dense">The dense model, with the values that the compressed one stands for.</param>
/// <param name="Compressed">The compressed model in the portable form.</param>
/// <param name="Input">The input's name.</param>
/// <param name="Shape">The input's shape.</param>
/// <param name="Bar">The least speed against the dense model.</param>
/// <param name="Resident">The least ratio of dense to resident bytes of the weights; null for no bar.</param>
internal sealed record ModelCase(string Name, OnnxModel Dense, OnnxModel Compressed, string Input, long[] Shape, double Bar, double? Resident);
