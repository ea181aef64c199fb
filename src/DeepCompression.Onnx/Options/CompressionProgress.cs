namespace DeepCompression.Onnx;

/// <summary>How far compression is.</summary>
/// <param name="Weight">The path of the weight that is next.</param>
/// <param name="DoneElements">Elements of the weights that are done.</param>
/// <param name="TotalElements">Elements of all weights that will be compressed.</param>
public sealed record CompressionProgress(string Weight, long DoneElements, long TotalElements);
