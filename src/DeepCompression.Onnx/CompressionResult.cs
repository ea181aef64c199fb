namespace DeepCompression.Onnx;

/// <summary>What <see cref="ModelCompressor.Compress"/> returns.</summary>
/// <param name="Model">The compressed model.</param>
/// <param name="Report">Every weight of it and where its bytes are.</param>
/// <param name="OriginalBytes">The size of the model that went in, with external data.</param>
/// <param name="Changed">The weights that were compressed, and how.</param>
/// <param name="Skipped">The weights that were not, and why.</param>
public sealed record CompressionResult(
    OnnxModel Model, ModelReport Report, long OriginalBytes, IReadOnlyList<PassNote> Changed, IReadOnlyList<PassNote> Skipped);
