namespace DeepCompression.Cli.Output;

/// <summary>What <c>inspect --paper --json</c> prints: table 1, and the rows of tables 2 to 5.</summary>
internal sealed record PaperDocument(
    string Network, long ParameterBytes, long FileBytes, double CompressRate, IReadOnlyList<PaperLayer> Layers, PaperLayer Total, EnergyDocument Energy);

/// <summary>
/// A row of tables 2 to 5: weights, density after pruning, bits a non-zero before and after Huffman coding for weights and for the index,
/// and bytes by dense bytes before and after Huffman coding.
/// </summary>
internal sealed record PaperLayer(
    string Layer, long Weights, double Density, double WeightBits, double WeightBitsCoded, double IndexBits, double IndexBitsCoded, double Rate, double RateCoded);
