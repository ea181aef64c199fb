namespace DeepCompression.WeightSharing;

/// <summary>
/// Entropy-constrained quantization (Chou, Lookabaugh, Gray 1989) in one dimension: a weight w takes the centroid c of the least
/// <c>(w - c)^2 + penalty x length of c's code</c>, centroids move to the mean of their weights, and code lengths become
/// <c>-log2</c> of the share of the weights that each has. No step raises distortion + penalty x length of all codes, and a centroid may
/// lose all its weights.
/// </summary>
internal static class EntropyConstrained
{
    /// <summary>Iterates until no weight changes its centroid.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="start">The runs to begin with.</param>
    /// <param name="penalty">The squared error that a bit is worth.</param>
    /// <param name="maxIterations">The most iterations.</param>
    /// <returns>The runs of weights, each of at least one, and the iterations made.</returns>
    public static (WeightRuns Runs, int Iterations) Run(SortedWeights weights, WeightRuns start, double penalty, int maxIterations)
    {
        WeightRuns runs = start;
        for (int iteration = 0; iteration < maxIterations; iteration++)
        {
            WeightRuns next = Assign(weights, runs, penalty);
            if (next.Ends.AsSpan().SequenceEqual(runs.Ends))
                return (runs, iteration);
            runs = next;
        }

        return (runs, maxIterations);
    }

    /// <summary>
    /// Each weight to the centroid of the least cost. Less w^2, costs are lines in w that become steeper from centroid to centroid, so
    /// those that are least somewhere are the lower envelope, found from left to right with a stack.
    /// </summary>
    private static WeightRuns Assign(SortedWeights weights, WeightRuns runs, double penalty)
    {
        double[] centroids = runs.Centroids, boundaries = new double[centroids.Length];
        int[] envelope = new int[centroids.Length];
        int count = 0;
        for (int i = 0; i < centroids.Length; i++)
        {
            double boundary = double.NegativeInfinity; // where centroid i becomes less costly than the last of the envelope
            while (count > 0)
            {
                int last = envelope[count - 1];
                double longer = runs.CodeLength(i) - runs.CodeLength(last);
                boundary = Lloyd.Midpoint(centroids[last], centroids[i]) + penalty * longer / (2 * (centroids[i] - centroids[last]));
                if (count == 1 || boundary > boundaries[count - 1])
                    break;
                count--; // the last is least nowhere
            }

            (envelope[count], boundaries[count]) = (i, count == 0 ? double.NegativeInfinity : boundary);
            count++;
        }

        return WeightRuns.Cut(weights, boundaries.AsSpan(1, count - 1));
    }
}
