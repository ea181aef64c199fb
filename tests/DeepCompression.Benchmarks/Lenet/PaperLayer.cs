namespace DeepCompression.Benchmarks.Lenet;

/// <summary>Tables 2 and 3 of Han et al. 2016: what is left of each layer.</summary>
/// <param name="Weight">The weight in our networks.</param>
/// <param name="Density">Weights that are left, in percent.</param>
/// <param name="CodeBits">Bits a weight's code after Huffman coding.</param>
/// <param name="IndexBits">Bits a weight's index after Huffman coding.</param>
/// <param name="Rate">What is left of the layer's bytes after Huffman coding, in percent.</param>
internal sealed record PaperLayer(string Weight, double Density, double CodeBits, double IndexBits, double Rate)
{
    public static IReadOnlyList<PaperLayer> LeNet300100 { get; } =
    [
        new("fc1.weight", 8, 4.4, 3.7, 2.32),
        new("fc2.weight", 9, 4.4, 4.3, 3.04),
        new("fc3.weight", 26, 4.3, 3.2, 12.70),
    ];

    public static IReadOnlyList<PaperLayer> LeNet5 { get; } =
    [
        new("conv1.weight", 66, 7.2, 1.5, 67.45),
        new("conv2.weight", 12, 7.2, 3.9, 5.28),
        new("fc1.weight", 8, 4.5, 4.5, 2.45),
        new("fc2.weight", 19, 5.2, 3.7, 6.13),
    ];
}
