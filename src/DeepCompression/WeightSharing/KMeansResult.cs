namespace DeepCompression.WeightSharing;

/// <summary>The centroids that <see cref="KMeans"/> found.</summary>
/// <param name="Centroids">Ascending and distinct; at most as many as were asked for, as centroids without a weight are dropped.</param>
/// <param name="Distortion">The sum of the squared distances of all weights from their nearest centroid.</param>
/// <param name="LowerBound">
/// No set of as many centroids has a smaller distortion than this. With <see cref="CentroidInitialization.Optimal"/> it is equal to
/// <paramref name="Distortion"/> (up to rounding) unless the search was cut short; with the others it is 0.
/// </param>
/// <param name="Iterations">The iterations made.</param>
public sealed record KMeansResult(double[] Centroids, double Distortion, double LowerBound, int Iterations);
