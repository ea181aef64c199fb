namespace DeepCompression.WeightSharing;

/// <summary>
/// One-dimensional k-means (Han et al. 2016, section 3.1, eq. 2): centroids that minimize the sum of squared distances of the weights
/// from the nearest one; or, with an <see cref="KMeansOptions.EntropyPenalty"/>, that sum and the size of the codes together. Weights are
/// sorted once; from then on no step looks at every weight.
/// </summary>
public static class KMeans
{
    /// <summary>Clusters weights.</summary>
    /// <param name="weights">Finite numbers in any order; zeros count like all others, so leave pruned ones out.</param>
    /// <param name="clusters">The most centroids, at least 1.</param>
    /// <param name="options">How to find them; the defaults when null.</param>
    /// <returns>The clusters. Where there are no more distinct weights than centroids, k-means leaves them as they are.</returns>
    /// <exception cref="ArgumentException">A weight is NaN or infinite; the message names its index.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="clusters"/> is less than 1.</exception>
    public static KMeansResult Cluster(ReadOnlySpan<float> weights, int clusters, KMeansOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        float[] sorted = weights.ToArray();
        RadixSort.Sort(sorted);
        if (sorted.Length > 0 && !(float.IsFinite(sorted[0]) && float.IsFinite(sorted[^1])))
        {
            int index = 0;
            while (float.IsFinite(weights[index]))
                index++;
            throw new ArgumentException($"Weight {index} is {weights[index]}: only finite weights can be clustered.", nameof(weights));
        }

        return Cluster(new SortedWeights<float>(sorted), clusters, options ?? new KMeansOptions());
    }

    internal static KMeansResult Cluster(SortedWeights weights, int clusters, KMeansOptions options)
    {
        double[]? distinct = weights.DistinctUpTo(clusters);
        (double[] centroids, double lowerBound, int iterations) = distinct is not null ? (distinct, 0, 0)
            : options.Initialization == CentroidInitialization.Optimal ? OptimalCentroids.Find(weights, clusters)
            : Iterate(weights, clusters, options);
        KMeansResult nearest = Result(weights, centroids, lowerBound, iterations);
        if (distinct is not null)
            nearest = nearest with { Distortion = 0 };
        if (options.EntropyPenalty == 0 || options.MaxIterations == 0 || weights.Count == 0)
            return nearest;

        double penalty = options.EntropyPenalty * weights.MomentsOf(weights.Count).SquaredError / weights.Count;
        (WeightRuns runs, int more) = EntropyConstrained.Run(weights, WeightRuns.Cut(weights, nearest.Boundaries), penalty, options.MaxIterations);
        return new KMeansResult(runs.Centroids, runs.Boundaries, runs.Distortion, runs.Bits / weights.Count, lowerBound, iterations + more);
    }

    private static (double[] Centroids, double LowerBound, int Iterations) Iterate(SortedWeights weights, int clusters, KMeansOptions options)
    {
        double[] centroids = options.Initialization switch
        {
            CentroidInitialization.Linear => Initializers.Linear(weights, clusters),
            CentroidInitialization.Density => Initializers.Density(weights, clusters),
            CentroidInitialization.Random => Initializers.Random(weights, clusters, options.Seed),
            CentroidInitialization.KMeansPlusPlus => Initializers.PlusPlus(weights, clusters, options.Seed),
            CentroidInitialization.CubeRoot => Initializers.CubeRoot(weights, clusters),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Initialization, "Not an initialization."),
        };
        int iterations = Lloyd.Run(weights, centroids, options.MaxIterations);
        return (centroids, 0, iterations);
    }

    /// <summary>Every weight with its nearest centroid; without the centroids that are nearest to none, which changes no weight's.</summary>
    private static KMeansResult Result(SortedWeights weights, double[] centroids, double lowerBound, int iterations)
    {
        int[] ends = new int[centroids.Length];
        Lloyd.FindEnds(weights, centroids, ends);
        List<double> used = [];
        double bits = 0;
        for (int i = 0, start = 0; i < centroids.Length; start = ends[i++])
        {
            double count = ends[i] - start;
            if (count == 0)
                continue;
            used.Add(centroids[i]);
            bits += count * Math.Log2(weights.Count / count);
        }

        centroids = [.. used];
        return new KMeansResult(
            centroids, Lloyd.Midpoints(centroids), Lloyd.Distortion(weights, centroids), weights.Count == 0 ? 0 : bits / weights.Count, lowerBound, iterations);
    }
}
