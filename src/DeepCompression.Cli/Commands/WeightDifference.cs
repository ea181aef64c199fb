namespace DeepCompression.Cli.Commands;

/// <summary>How a weight differs between two models.</summary>
/// <param name="Path">The weight.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="State">same, changed, only in A, only in B, other type or shape.</param>
/// <param name="Changed">Elements with another value.</param>
/// <param name="Zeroed">Elements that became zero.</param>
/// <param name="MaxDifference">The largest absolute difference of an element.</param>
/// <param name="RelativeError">The norm of the difference divided by that of the weight in A.</param>
internal sealed record WeightDifference(string Path, string Shape, string State, long Changed, long Zeroed, double MaxDifference, double RelativeError);
