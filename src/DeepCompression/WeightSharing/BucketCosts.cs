namespace DeepCompression.WeightSharing;

/// <summary>
/// The least that the weights of a bucket cost when a cut falls in it. Where a centroid can be follows from where its cuts can be: the
/// mean of a run grows with both its ends. A weight of the bucket belongs to the centroid before or to the one after the cut, so it costs
/// at least its squared distance from the nearer place that one of them can have.
/// </summary>
internal static class BucketCosts
{
    /// <summary>
    /// For every cut, the costs of the buckets of its window. A bucket in the windows of two cuts costs nothing there, as the centroid
    /// between them can then be inside it; so nothing is ever counted twice.
    /// </summary>
    public static double[][] Compute(SortedWeights weights, CutBuckets buckets)
    {
        int cuts = buckets.Windows.Length;
        double[][] costs = new double[cuts][];
        for (int cut = 0; cut < cuts; cut++)
        {
            (int start, int end) = buckets.Windows[cut];
            double before = HighestMean(weights, LastRank(buckets, cut - 1, weights.Count), LastRank(buckets, cut, weights.Count));
            double after = LowestMean(weights, FirstRank(buckets, cut, weights.Count), FirstRank(buckets, cut + 1, weights.Count));
            double[] own = costs[cut] = new double[end - start];
            for (int i = 0; i < own.Length; i++)
            {
                (int left, int right) = (buckets.Left[start + i], buckets.Right[start + i]);
                if (left == right)
                    continue;
                double distance = Math.Min(weights[left] - before, after - weights[right - 1]);
                own[i] = distance <= 0 ? 0 : distance * distance * (right - left);
            }
        }

        return costs;
    }

    private static int FirstRank(CutBuckets buckets, int cut, int count) =>
        cut < 0 ? 0 : cut == buckets.Windows.Length ? count : buckets.Left[buckets.Windows[cut].Start];

    private static int LastRank(CutBuckets buckets, int cut, int count) =>
        cut < 0 ? 0 : cut == buckets.Windows.Length ? count : buckets.Right[buckets.Windows[cut].End - 1];

    /// <summary>No run that begins at or before the start and ends at or before the end has a higher mean.</summary>
    private static double HighestMean(SortedWeights weights, int start, int end) =>
        start < end ? Mean(weights, start, end) : weights[Math.Max(0, end - 1)];

    /// <summary>No run that begins at or after the start and ends at or after the end has a lower mean.</summary>
    private static double LowestMean(SortedWeights weights, int start, int end) =>
        start < end ? Mean(weights, start, end) : weights[Math.Min(start, weights.Count - 1)];

    private static double Mean(SortedWeights weights, int start, int end)
    {
        Moments run = weights.MomentsOf(end) - weights.MomentsOf(start);
        return weights.Shift + run.Sum / run.Count;
    }
}
