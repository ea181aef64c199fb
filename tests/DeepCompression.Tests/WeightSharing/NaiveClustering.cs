namespace DeepCompression.Tests.WeightSharing;

/// <summary>Slow and obvious one-dimensional clustering.</summary>
internal static class NaiveClustering
{
    /// <summary>The smallest distortion over all ways to cut the sorted weights into runs: every run tried for every cluster.</summary>
    public static double OptimalDistortion(IEnumerable<float> weights, int clusters)
    {
        double[] sorted = [.. weights.Select(weight => (double)weight).Order()];
        double[] least = new double[sorted.Length + 1];
        Array.Fill(least, double.PositiveInfinity, 1, sorted.Length);
        for (int cluster = 0; cluster < clusters; cluster++)
        {
            double[] next = (double[])least.Clone();
            for (int start = 0; start < sorted.Length; start++)
            {
                double mean = 0, error = 0; // Welford's update: no cancellation
                for (int end = start + 1; end <= sorted.Length; end++)
                {
                    double difference = sorted[end - 1] - mean;
                    mean += difference / (end - start);
                    error += difference * (sorted[end - 1] - mean);
                    next[end] = Math.Min(next[end], least[start] + error);
                }
            }

            least = next;
        }

        return least[^1];
    }

    public static double Distortion(IEnumerable<float> weights, IReadOnlyCollection<double> centroids) =>
        weights.Sum(weight => centroids.Min(centroid => (weight - centroid) * (weight - centroid)));
}
