namespace DeepCompression;

/// <summary>A packed weight and where its bytes went.</summary>
/// <param name="Blob">The bytes of FORMAT.md, part 2.</param>
/// <param name="Statistics">Sizes after each stage.</param>
public sealed record PackedTensor(byte[] Blob, TensorStatistics Statistics);
