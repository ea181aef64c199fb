namespace DeepCompression.WeightSharing;

/// <summary>
/// The exact optimum of one-dimensional k-means for any number of weights.
/// <para>
/// In order, the weights of a centroid are a run, so k - 1 cuts between runs are all there is to find, and dynamic programming finds
/// them (Wang and Song 2011). On millions of weights that is too slow; but most places cannot be an optimal cut, and that can be proven
/// cheaply. So, coarse to fine:
/// </para>
/// <list type="number">
/// <item>Candidate places for a cut are buckets of consecutive weights. Of the bucket in which a cut falls only a least cost is counted:
/// the programme then yields, for every cut and bucket, a lower bound of the distortion with that cut in that bucket.</item>
/// <item>Lloyd's iterations from the best path yield a clustering: an upper bound.</item>
/// <item>Buckets whose lower bound is above the upper bound are dropped; the others are split in eight.</item>
/// <item>When only single places are left, the best path is the optimum: both bounds are equal.</item>
/// </list>
/// </summary>
internal static class OptimalCentroids
{
    private const int FirstParts = 16; // buckets a centroid to begin with
    private const int Split = 8; // parts of a bucket that is still possible
    private const long MaxStates = 16_000_000; // (cut, bucket) pairs: 16 bytes each, about a second a round

    // Sums of squares by differences are exact to about 1e-16 of the whole: bounds closer than this are taken as equal.
    private const double RelativeTolerance = 1e-9, WholeTolerance = 1e-13;

    /// <summary>The best centroids of weights with more distinct values than <paramref name="clusters"/>.</summary>
    public static KMeansResult Find(SortedWeights weights, int clusters)
    {
        double[] best = Initializers.Density(weights, clusters);
        int iterations = Lloyd.Run(weights, best, 100);
        double upper = Lloyd.Distortion(weights, best), lower = 0;
        double tolerance = upper * RelativeTolerance + weights.MomentsOf(weights.Count).SquaredError * WholeTolerance;
        int[] ends = new int[clusters];
        Lloyd.FindEnds(weights, best, ends);
        CutBuckets buckets = CutBuckets.Initial(weights, clusters - 1, ends, FirstParts);
        while (clusters > 1)
        {
            var sw = System.Diagnostics.Stopwatch.StartNew();
            CutBounds bounds = CutBounds.Compute(weights, buckets);
            if (Environment.GetEnvironmentVariable("DBG") != null) Console.Error.WriteLine($"states {buckets.States} items {buckets.Left.Length} U {upper} L {bounds.Lower} {sw.Elapsed.TotalMilliseconds} ms");
            lower = Math.Max(lower, bounds.Lower);
            double[] path = bounds.CentroidsOfBestPath(weights);
            iterations += Lloyd.Run(weights, path, 100);
            double distortion = Lloyd.Distortion(weights, path);
            if (distortion < upper)
                (best, upper) = (path, distortion);

            CutBuckets? next = buckets.Refine(weights, bounds.IsPossible(upper + tolerance), Split);
            if (next is null || next.States > MaxStates)
                break;
            buckets = next;
        }

        if (clusters == 1)
        {
            Lloyd.MoveToMeans(weights, [weights.Count], best);
            upper = lower = Lloyd.Distortion(weights, best);
        }

        best = KMeans.DropUnused(weights, best);
        return new KMeansResult(best, upper, Math.Min(lower, upper), iterations);
    }
}
