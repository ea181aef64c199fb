namespace DeepCompression.WeightSharing;

/// <summary>
/// One-dimensional k-means (Han et al. 2016, section 3.1, eq. 2): centroids that minimize the sum of squared distances of the weights
/// from the nearest one. Weights are sorted once; from then on no step looks at every weight.
/// </summary>
public static class KMeans
{
    /// <summary>Clusters weights.</summary>
    /// <param name="weights">Finite numbers in any order; zeros count like all others, so leave pruned ones out.</param>
    /// <param name="options">The number of centroids and how to find them.</param>
    /// <returns>The centroids. Where there are no more distinct weights than centroids, they are the weights and the distortion is 0.</returns>
    /// <exception cref="ArgumentException">A weight is NaN or infinite; the message names its index.</exception>
    public static KMeansResult Cluster(ReadOnlySpan<float> weights, KMeansOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        float[] sorted = weights.ToArray();
        RadixSort.Sort(sorted);
        if (sorted.Length > 0 && !(float.IsFinite(sorted[0]) && float.IsFinite(sorted[^1])))
        {
            int index = 0;
            while (float.IsFinite(weights[index]))
                index++;
            throw new ArgumentException($"Weight {index} is {weights[index]}: only finite weights can be clustered.", nameof(weights));
        }

        return Cluster(new SortedWeights<float>(sorted), options);
    }

    internal static KMeansResult Cluster(SortedWeights weights, KMeansOptions options)
    {
        if (weights.DistinctUpTo(options.Clusters) is { } distinct)
            return new KMeansResult(distinct, 0, 0, 0);
        if (options.Initialization == CentroidInitialization.Optimal)
            return OptimalCentroids.Find(weights, options.Clusters);

        double[] centroids = options.Initialization switch
        {
            CentroidInitialization.Linear => Initializers.Linear(weights, options.Clusters),
            CentroidInitialization.Density => Initializers.Density(weights, options.Clusters),
            CentroidInitialization.Random => Initializers.Random(weights, options.Clusters, options.Seed),
            CentroidInitialization.KMeansPlusPlus => Initializers.PlusPlus(weights, options.Clusters, options.Seed),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Initialization, "Not an initialization."),
        };
        int iterations = Lloyd.Run(weights, centroids, options.MaxIterations);
        centroids = DropUnused(weights, centroids);
        return new KMeansResult(centroids, Lloyd.Distortion(weights, centroids), 0, iterations);
    }

    /// <summary>Without the centroids that no weight is nearest to. No weight's nearest centroid changes.</summary>
    internal static double[] DropUnused(SortedWeights weights, double[] centroids)
    {
        int[] ends = new int[centroids.Length];
        Lloyd.FindEnds(weights, centroids, ends);
        List<double> used = [];
        for (int i = 0; i < centroids.Length; i++)
        {
            if (ends[i] > (i == 0 ? 0 : ends[i - 1]))
                used.Add(centroids[i]);
        }

        return [.. used];
    }
}
