namespace DeepCompression.WeightSharing;

/// <summary>Lloyd's iterations in one dimension: every iteration is a binary search and a difference of sums a centroid.</summary>
internal static class Lloyd
{
    /// <summary>
    /// Moves centroids to the mean of the weights nearest to them until no weight changes its centroid. A weight halfway between two
    /// belongs to the higher; a centroid without weights stays where it is.
    /// </summary>
    /// <param name="weights">The weights.</param>
    /// <param name="centroids">Ascending; moved in place.</param>
    /// <param name="maxIterations">The most iterations.</param>
    /// <returns>The iterations made.</returns>
    public static int Run(SortedWeights weights, Span<double> centroids, int maxIterations)
    {
        Span<int> ends = new int[centroids.Length], previous = new int[centroids.Length];
        for (int iteration = 0; iteration < maxIterations; iteration++)
        {
            FindEnds(weights, centroids, ends);
            if (iteration > 0 && ends.SequenceEqual(previous))
                return iteration;
            ends.CopyTo(previous);
            MoveToMeans(weights, ends, centroids);
        }

        return maxIterations;
    }

    /// <summary>Puts every centroid at the mean of its run of weights; one without weights stays.</summary>
    public static void MoveToMeans(SortedWeights weights, ReadOnlySpan<int> ends, Span<double> centroids)
    {
        Moments before = default;
        for (int i = 0, start = 0; i < centroids.Length; start = ends[i++])
        {
            Moments after = weights.MomentsOf(ends[i]);
            Moments own = after - before;
            before = after;
            if (own.Count > 0)
                centroids[i] = Mean(weights, own, start, ends[i]);
        }
    }

    /// <summary>The mean of the weights of ranks <paramref name="start"/> to <paramref name="end"/>, not included, from their moments.</summary>
    public static double Mean(SortedWeights weights, Moments own, int start, int end) =>
        // It can be rounded out of the range of its weights; where they are all equal it is their value.
        Math.Clamp(weights.Shift + own.Sum / own.Count, weights[start], weights[end - 1]);

    /// <summary>The sum of squared distances of all weights from their nearest centroid.</summary>
    public static double Distortion(SortedWeights weights, ReadOnlySpan<double> centroids)
    {
        Span<int> ends = new int[centroids.Length];
        FindEnds(weights, centroids, ends);
        double distortion = 0;
        Moments before = default;
        for (int i = 0; i < centroids.Length; i++)
        {
            Moments after = weights.MomentsOf(ends[i]);
            distortion += (after - before).SquaredErrorFrom(centroids[i] - weights.Shift);
            before = after;
        }

        return distortion;
    }

    /// <summary>The rank after the last weight of every centroid.</summary>
    public static void FindEnds(SortedWeights weights, ReadOnlySpan<double> centroids, Span<int> ends)
    {
        for (int i = 0; i + 1 < centroids.Length; i++)
            ends[i] = weights.CountBelow(Midpoint(centroids[i], centroids[i + 1]));
        if (ends.Length > 0)
            ends[^1] = weights.Count;
    }

    /// <summary>Where, for each centroid but the first, it becomes nearer than the one before it.</summary>
    public static double[] Midpoints(ReadOnlySpan<double> centroids)
    {
        double[] midpoints = new double[Math.Max(0, centroids.Length - 1)];
        for (int i = 0; i < midpoints.Length; i++)
            midpoints[i] = Midpoint(centroids[i], centroids[i + 1]);
        return midpoints;
    }

    /// <summary>Where the next higher centroid becomes the nearer one; never at the lower one itself.</summary>
    public static double Midpoint(double low, double high)
    {
        double middle = low / 2 + high / 2;
        return middle > low ? middle : high; // neighbouring numbers have none between them
    }
}
