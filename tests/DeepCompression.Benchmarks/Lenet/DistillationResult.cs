namespace DeepCompression.Benchmarks.Lenet;

/// <summary>What one seed of a <see cref="DistillationPoint"/> brought.</summary>
/// <param name="Ratio">Bytes of the dense ONNX file by bytes of the packed one.</param>
/// <param name="Agreement">Crops whose largest class is the original's, in percent.</param>
internal readonly record struct DistillationResult(double Ratio, double Agreement);
