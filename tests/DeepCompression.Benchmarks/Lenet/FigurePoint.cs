namespace DeepCompression.Benchmarks.Lenet;

/// <summary>A point of figure 6.</summary>
/// <param name="Size">The packed file by the dense one, in percent.</param>
/// <param name="Error">Wrong answers, in percent.</param>
internal readonly record struct FigurePoint(double Size, double Error);
