using System.Collections.Immutable;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Verification;

namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>A model that was compressed within an error budget.</summary>
/// <param name="Result">The compressed model and where its bytes are.</param>
/// <param name="Options">The options that gave it: they can be kept and used again.</param>
/// <param name="Choices">What was chosen for which weight, and why; empty for the standard form, where one representation serves all.</param>
/// <param name="Verification">The compressed model against the original on the samples.</param>
/// <param name="Runs">How often a model was run to find it.</param>
public sealed record BudgetCompression(
    CompressionResult Result, CompressionOptions Options, ImmutableArray<WeightChoice> Choices, VerificationReport Verification, int Runs);
