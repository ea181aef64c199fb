namespace DeepCompression.WeightSharing;

/// <summary>The clusters that <see cref="KMeans"/> found.</summary>
/// <param name="Centroids">Ascending and distinct; at most as many as were asked for, as centroids without a weight are dropped.</param>
/// <param name="Boundaries">
/// The points between clusters, one fewer than centroids, ascending: a weight below a boundary belongs to a cluster before it, one at or
/// above it to a cluster after it. Midpoints of the centroids unless there is an <see cref="KMeansOptions.EntropyPenalty"/>.
/// </param>
/// <param name="Distortion">The sum of the squared distances of all weights from the centroid of their cluster.</param>
/// <param name="Entropy">The entropy of the clusters in bits a weight: what an ideal entropy coder spends on a code.</param>
/// <param name="LowerBound">
/// No set of as many centroids has a smaller distortion than this. With <see cref="CentroidInitialization.Optimal"/> and no entropy
/// penalty it is equal to <paramref name="Distortion"/> (up to rounding) unless the search was cut short; with the others it is 0.
/// </param>
/// <param name="Iterations">The iterations made.</param>
public sealed record KMeansResult(double[] Centroids, double[] Boundaries, double Distortion, double Entropy, double LowerBound, int Iterations);
