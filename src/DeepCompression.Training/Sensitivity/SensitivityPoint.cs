namespace DeepCompression.Training.Sensitivity;

/// <summary>The accuracy of a model of which one weight is pruned or shared, and all others are as they were.</summary>
/// <param name="Weight">The weight.</param>
/// <param name="Sparsity">The sparsity that it was pruned to, 0 to 1; null where it was shared.</param>
/// <param name="Bits">The bits a code that it was shared with; null where it was pruned.</param>
/// <param name="Accuracy">Correct outputs by all outputs, 0 to 1.</param>
/// <param name="Loss">The mean loss.</param>
public sealed record SensitivityPoint(string Weight, double? Sparsity, int? Bits, double Accuracy, double Loss);
