using System.Diagnostics;

namespace DeepCompression.Benchmarks.Harness;

/// <summary>Times two pieces of work in turn, so that a machine whose speed drifts slows both alike.</summary>
public static class Stopwatches
{
    /// <summary>Runs A B A B ... and gives the median time of each in milliseconds.</summary>
    /// <param name="first">Ours.</param>
    /// <param name="second">The peer's.</param>
    /// <param name="rounds">Measured rounds, after one that warms up.</param>
    /// <param name="minimumMilliseconds">Each measurement repeats its work until this much time has passed.</param>
    public static (double First, double Second) Alternate(Action first, Action second, int rounds = 15, double minimumMilliseconds = 5)
    {
        Time(first, minimumMilliseconds);
        Time(second, minimumMilliseconds);
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            a[round] = Time(first, minimumMilliseconds);
            b[round] = Time(second, minimumMilliseconds);
        }

        return (Median(a), Median(b));
    }

    /// <summary>The middle of the values; the mean of the two middle ones of an even count.</summary>
    public static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Milliseconds one call takes, over as many calls as fill the minimum.</summary>
    public static double Time(Action work, double minimumMilliseconds)
    {
        int calls = 0;
        long start = Stopwatch.GetTimestamp();
        double elapsed;
        do
        {
            work();
            calls++;
            elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        while (elapsed < minimumMilliseconds);
        return elapsed / calls;
    }
}
