namespace DeepCompression.WeightSharing;

/// <summary>
/// The exact optimum of one-dimensional k-means for any number of weights.
/// <para>
/// In order, the weights of a centroid are a run, so k - 1 cuts between runs are all there is to find, and dynamic programming finds
/// them (Wang and Song 2011). On millions of weights that is too slow; but most places cannot be an optimal cut, and that can be proven
/// cheaply. So, coarse to fine:
/// </para>
/// <list type="number">
/// <item>A cut is at a single place or somewhere in a bucket of consecutive weights. The weights of its bucket are counted half to either
/// side, less what that can be wrong by: the programme then yields, for every cut and bucket, a lower bound of the distortion of the
/// best clustering with that cut in that bucket.</item>
/// <item>Lloyd's iterations from the best path yield a clustering: an upper bound.</item>
/// <item>Places and buckets whose lower bound is above the upper bound are dropped; the other buckets are split.</item>
/// <item>When only single places are left, the best path is the optimum: both bounds are equal.</item>
/// </list>
/// <para>Weights that are no more than the first buckets begin with single places and are done at once.</para>
/// </summary>
internal static class OptimalCentroids
{
    private const int FirstParts = 16; // buckets a centroid to begin with
    private const int Split = 4; // parts of a bucket that is still possible: the bounds close with the square of this
    private const long MaxStates = 16_000_000; // (cut, entry) pairs of about 30 bytes: beyond it the search ends and the bounds stay apart

    // Sums of squares by differences are exact to about 1e-16 of the whole: bounds closer than this are taken as equal.
    private const double RelativeTolerance = 1e-9, WholeTolerance = 1e-13;

    /// <summary>The best centroids of weights with more distinct values than <paramref name="clusters"/>, and what no others are below.</summary>
    public static (double[] Centroids, double LowerBound, int Iterations) Find(SortedWeights weights, int clusters)
    {
        double[] best = Initializers.CubeRoot(weights, clusters);
        int iterations = Lloyd.Run(weights, best, 100);
        double upper = Lloyd.Distortion(weights, best), lower = 0;
        double tolerance = upper * RelativeTolerance + weights.MomentsOf(weights.Count).SquaredError * WholeTolerance;
        int[] ends = new int[clusters];
        Lloyd.FindEnds(weights, best, ends);
        bool isDirect = weights.Count <= (long)FirstParts * clusters;
        CutBuckets buckets = CutBuckets.Initial(weights, ends, isDirect ? weights.Count : FirstParts, upper + tolerance);
        while (clusters > 1)
        {
            CutBounds bounds = CutBounds.Compute(weights, buckets);
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

        return (best, Math.Min(lower, upper), iterations);
    }
}
