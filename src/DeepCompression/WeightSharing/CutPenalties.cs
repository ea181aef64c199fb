namespace DeepCompression.WeightSharing;

/// <summary>
/// What counting the weights of a bucket half to each side of a cut can cost too much. Let <c>a</c> and <c>b</c> be the centroids before
/// and after an optimal cut in the bucket. A weight x costs <c>min((x - a)^2, (x - b)^2)</c>, which is the mean of the two less
/// <c>(b - a) |x - m|</c>, where <c>m = (a + b) / 2</c> lies in the bucket too: else another cut were better. So the mean of the two
/// less the widest gap times the width of the bucket is a lower bound.
/// </summary>
internal static class CutPenalties
{
    /// <summary>For every cut, the penalties of the entries of its window; a single place has none.</summary>
    public static double[][] Compute(SortedWeights weights, CutBuckets buckets)
    {
        double[][] penalties = new double[buckets.Windows.Length][];
        bool isDirect = buckets.Left.AsSpan().SequenceEqual(buckets.Right);
        WorkSharing.ForEach(penalties.Length, buckets.IsSmall ? 1 : -1, cut =>
        {
            (int from, int to) = buckets.Windows[cut];
            double[] costs = penalties[cut] = new double[to - from];
            if (isDirect)
                return;
            Moments first = weights.MomentsOf(buckets.FirstRank(cut - 1, weights.Count));
            Moments last = weights.MomentsOf(buckets.LastRank(cut + 1, weights.Count));
            for (int i = 0; i < costs.Length; i++)
            {
                (int left, int right) = (buckets.Left[from + i], buckets.Right[from + i]);
                if (left == right)
                    continue;

                // The mean of a run grows with both its ends, so the places of the cuts bound those of the centroids.
                double low = weights[left], high = weights[right - 1];
                Moments start = weights.MomentsOf(left), end = weights.MomentsOf(right);
                Moments before = start - first, own = end - start, after = last - end;
                double a = before.Count > 0 ? weights.Shift + before.Sum / before.Count : low;
                double b = after.Count > 0 ? weights.Shift + after.Sum / after.Count : high;
                double distances = Math.Max(
                    own.Sum - own.Count * (low - weights.Shift),
                    own.Count * (high - weights.Shift) - own.Sum);
                costs[i] = Math.Min(buckets.Gap[from + i], b - a) * distances;
            }
        });
        return penalties;
    }
}
