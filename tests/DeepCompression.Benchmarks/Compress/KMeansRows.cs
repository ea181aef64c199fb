using System.Diagnostics;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Pruning;
using DeepCompression.WeightSharing;

namespace DeepCompression.Benchmarks.Compress;

/// <summary>k-means and pruning on a weight of the size of AlexNet's largest layer.</summary>
internal static class KMeansRows
{
    private const int Rows = 4096, Columns = 9216; // fc6: 37.7 million weights
    private const int Clusters = 32;
    private const int Pieces = 64; // each with its own seed, so that the weights can be made on all cores

    /// <summary>
    /// Adds, for 37.7 million weights and 32 centroids, the seconds of each initialization (best of three) and its distortion by that of
    /// the exact optimum; and the seconds of choosing the 9 % of weights to keep.
    /// </summary>
    public static void AddTo(BenchTable table)
    {
        float[] weights = MakeWeights();
        double optimum = 0;
        foreach (CentroidInitialization initialization in Enum.GetValues<CentroidInitialization>()) // Optimal is the first
        {
            KMeansOptions options = new() { Initialization = initialization };
            KMeansResult result = KMeans.Cluster(weights.AsSpan(0, 1 << 16), Clusters, options); // warms up
            double seconds = BestOfThree(() => result = KMeans.Cluster(weights, Clusters, options));
            if (initialization == CentroidInitialization.Optimal)
                optimum = result.Distortion;
            string proof = initialization == CentroidInitialization.Optimal
                ? FormattableString.Invariant($", proven optimal to {(result.Distortion - result.LowerBound) / result.Distortion:0.0e+0}")
                : "";
            table.Add(new BenchRow($"k-means, 37.7 M weights, {Clusters} centroids: {initialization}", seconds, "s", Note: $"{result.Iterations} iterations{proof}"));
            table.Add(new BenchRow($"k-means, distortion by the exact optimum: {initialization}", result.Distortion / optimum, "x"));
        }

        float[] saliency = new float[weights.Length];
        Saliency.Magnitude(weights, saliency);
        table.Add(new BenchRow("select the 91 % of 37.7 M weights to prune", BestOfThree(() => MaskSelector.BySparsity(saliency, 0.91)), "s"));
    }

    /// <summary>Laplace-distributed, as trained fully connected layers about are.</summary>
    private static float[] MakeWeights()
    {
        float[] weights = new float[Rows * Columns];
        Parallel.For(0, Pieces, piece =>
        {
            Random random = new(piece);
            for (int i = weights.Length / Pieces * piece; i < weights.Length / Pieces * (piece + 1); i++)
            {
                double uniform = random.NextDouble() - 0.5;
                weights[i] = (float)(-0.01 * Math.Sign(uniform) * Math.Log(1 - 2 * Math.Abs(uniform)));
            }
        });
        return weights;
    }

    private static double BestOfThree(Action work)
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < 3; i++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
