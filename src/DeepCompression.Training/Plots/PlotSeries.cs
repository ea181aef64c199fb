namespace DeepCompression.Training.Plots;

/// <summary>One line of a plot.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">Its points from left to right. A point with a value that is not finite is left out.</param>
/// <param name="Dashed">Whether the line is broken, for what a figure compares with.</param>
public sealed record PlotSeries(string Name, IReadOnlyList<(double X, double Y)> Points, bool Dashed = false);
