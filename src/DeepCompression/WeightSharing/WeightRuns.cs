namespace DeepCompression.WeightSharing;

/// <summary>Sorted weights cut into runs, each of at least one weight, with the mean of each and what all cost.</summary>
internal sealed class WeightRuns
{
    private readonly int[] _counts;

    private WeightRuns(double[] centroids, double[] boundaries, int[] ends, int[] counts, double distortion) =>
        (Centroids, Boundaries, Ends, _counts, Distortion) = (centroids, boundaries, ends, counts, distortion);

    /// <summary>The mean of every run, ascending.</summary>
    public double[] Centroids { get; }

    /// <summary>The points between runs: a weight at one belongs to the run after it.</summary>
    public double[] Boundaries { get; }

    /// <summary>The rank after the last weight of every run.</summary>
    public int[] Ends { get; }

    /// <summary>The sum of squared distances of all weights from the mean of their run.</summary>
    public double Distortion { get; }

    /// <summary>Bits that an ideal code spends on all weights' runs.</summary>
    public double Bits => Enumerable.Range(0, _counts.Length).Sum(run => _counts[run] * CodeLength(run));

    /// <summary>Bits of a run's code: -log2 of its share of the weights.</summary>
    public double CodeLength(int run) => Math.Log2((double)Ends[^1] / _counts[run]);

    /// <summary>Cuts at ascending points; points without a weight between them are one cut.</summary>
    public static WeightRuns Cut(SortedWeights weights, ReadOnlySpan<double> points)
    {
        List<double> centroids = [], boundaries = [];
        List<int> ends = [], counts = [];
        double distortion = 0;
        Moments before = default;
        for (int i = 0, start = 0; i <= points.Length; i++)
        {
            int end = i < points.Length ? weights.CountBelow(points[i]) : weights.Count;
            if (end <= start)
                continue;
            if (start > 0)
                boundaries.Add(points[i - 1]);
            Moments after = weights.MomentsOf(end), own = after - before;
            centroids.Add(Lloyd.Mean(weights, own, start, end));
            ends.Add(end);
            counts.Add(end - start);
            distortion += own.SquaredError;
            (start, before) = (end, after);
        }

        return new WeightRuns([.. centroids], [.. boundaries], [.. ends], [.. counts], distortion);
    }
}
