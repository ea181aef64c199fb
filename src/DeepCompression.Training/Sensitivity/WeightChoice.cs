namespace DeepCompression.Training.Sensitivity;

/// <summary>What was chosen for a weight.</summary>
/// <param name="Weight">The weight.</param>
/// <param name="Sparsity">The sparsity to prune to, 0 to 1; 0 for not at all.</param>
/// <param name="Bits">The bits a code to share with; null for not at all.</param>
public sealed record WeightChoice(string Weight, double Sparsity, int? Bits);
