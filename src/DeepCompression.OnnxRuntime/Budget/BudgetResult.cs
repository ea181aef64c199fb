using System.Collections.Immutable;

namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>What a search for the smallest model within an error budget found.</summary>
/// <param name="Choices">A choice for every weight that may change, in the order of the model.</param>
/// <param name="Error">The relative error measured with all choices together.</param>
/// <param name="Runs">How often the model was run.</param>
public sealed record BudgetResult(ImmutableArray<WeightChoice> Choices, double Error, int Runs);
