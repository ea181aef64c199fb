using System.Diagnostics;
using System.Runtime;

namespace DeepCompression.Benchmarks.Harness;

/// <summary>Times two pieces of work in turn, so that a machine whose speed drifts slows both alike.</summary>
public static class Stopwatches
{
    /// <summary>Runs A B A B ... and gives the median time of each in milliseconds.</summary>
    /// <param name="first">Ours.</param>
    /// <param name="second">The peer's.</param>
    /// <param name="rounds">Measured rounds, after both were warmed up.</param>
    /// <param name="minimumMilliseconds">Each measurement repeats its work until this much time has passed.</param>
    /// <param name="pauseMilliseconds">What passes between two measurements: ONNX Runtime's threads spin for a while when their work is done.</param>
    public static (double First, double Second) Alternate(Action first, Action second, int rounds = 15, double minimumMilliseconds = 5, int pauseMilliseconds = 0)
    {
        Warm(first);
        Warm(second);
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            Thread.Sleep(pauseMilliseconds);
            a[round] = Time(first, minimumMilliseconds);
            Thread.Sleep(pauseMilliseconds);
            b[round] = Time(second, minimumMilliseconds);
        }

        return (Median(a), Median(b));
    }

    /// <summary>
    /// Runs work until the runtime has compiled it in full. It does so in the background, in two steps: methods that are called often
    /// first count what they do, which slows them, and are compiled for good when they have been called often again.
    /// </summary>
    /// <param name="work">What will be measured.</param>
    public static void Warm(Action work)
    {
        const double Quiet = 300;    // milliseconds without a method compiled; the runtime waits for 100 before it begins
        const double Longest = 5000; // milliseconds
        long start = Stopwatch.GetTimestamp(), last = start;
        long compiled = JitInfo.GetCompiledMethodCount();
        do
        {
            work();
            long now = JitInfo.GetCompiledMethodCount();
            if (now != compiled)
                (compiled, last) = (now, Stopwatch.GetTimestamp());
        }
        while (Stopwatch.GetElapsedTime(last).TotalMilliseconds < Quiet && Stopwatch.GetElapsedTime(start).TotalMilliseconds < Longest);
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
