using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DeepCompression.Benchmarks.Harness;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>
/// How fast the cores read their own first-level caches right now. On a virtual machine the other half of a core may run
/// somebody else's work, which takes a share of that cache and of its loads for seconds: they then take 1.2 to 1.9 times as
/// long, multiply-adds on registers as long as ever. Sparse kernels load a vector for every multiply-add, dense ones for a
/// fraction of them, so a ratio from such a time says little of either. Rows are made of the rounds with the fastest loads; a
/// round measures both sides.
/// </summary>
internal sealed unsafe class LoadProbe
{
    private const int Bytes = 46 << 10;         // nearly all of a first-level cache of 48 KiB
    private const int Line = 64;                // bytes
    private const int Passes = 150;             // some 15 microseconds
    private const int Tries = 5;                // the fastest counts: an interrupt is no disturbance
    private const double Quiet = 1.1;           // of the best time seen
    private const double MostMilliseconds = 6_000;  // waited for quiet rounds, a row

    private readonly float[] _values = GC.AllocateArray<float>((Bytes + Line) / sizeof(float), pinned: true);
    private readonly KernelThreads _runner;
    private readonly double[] _times;
    private double _best = double.PositiveInfinity;
    private int _arrived;

    /// <summary>Makes a probe of all threads of a runner.</summary>
    public LoadProbe(KernelThreads runner)
    {
        (_runner, _times) = (runner, new double[runner.Degree]);
        Stopwatches.Time(() => Read(), 100);
    }

    /// <summary>Measures rounds until enough of them were quiet or time is up, and gives the medians of those with the fastest loads.</summary>
    /// <param name="round">Measures both sides once.</param>
    /// <param name="rounds">Rounds that count.</param>
    public (double First, double Second, string Note) Measure(Func<(double First, double Second)> round, int rounds)
    {
        List<(double Load, double First, double Second)> all = [];
        long start = Stopwatch.GetTimestamp();
        double before = Read();
        while (all.Count < rounds || (all.Count(r => r.Load <= _best * Quiet) < rounds && Stopwatch.GetElapsedTime(start).TotalMilliseconds < MostMilliseconds))
        {
            (double first, double second) = round();
            double after = Read();
            all.Add((Math.Max(before, after), first, second));
            before = after;
        }

        var counted = all.OrderBy(r => r.Load).Take(rounds).ToArray();
        string note = FormattableString.Invariant($"{rounds} of {all.Count} rounds, {Rate(Stopwatches.Median([.. counted.Select(r => r.Load)])):0} GB/s a thread from the first-level cache, {Rate(_best):0} at best");
        return (Stopwatches.Median([.. counted.Select(r => r.First)]), Stopwatches.Median([.. counted.Select(r => r.Second)]), note);
    }

    private static double Rate(double milliseconds) => Bytes * (double)Passes / milliseconds / 1e6;

    /// <summary>Milliseconds the slowest thread takes.</summary>
    private double Read()
    {
        double least = double.PositiveInfinity;
        GCHandle self = GCHandle.Alloc(this);
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            _arrived = 0;
            _runner.Run(_runner.Degree, &Part, (void*)GCHandle.ToIntPtr(self));
            least = Math.Min(least, _times.Max());
        }

        self.Free();
        _best = Math.Min(_best, least);
        return least;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Part(void* context, int part)
    {
        LoadProbe probe = (LoadProbe)GCHandle.FromIntPtr((nint)context).Target!;
        Interlocked.Increment(ref probe._arrived);
        while (Volatile.Read(ref probe._arrived) < probe._times.Length) // so that every thread takes one part
            Thread.SpinWait(1);
        long start = Stopwatch.GetTimestamp();
        float sum = Sum((float*)(((nint)Unsafe.AsPointer(ref probe._values[0]) + Line - 1) & -Line)); // the array is pinned
        probe._times[part] = Stopwatch.GetElapsedTime(start).TotalMilliseconds + (sum * 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Sum(float* values)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        for (int pass = 0; pass < Passes; pass++)
        {
            for (float* value = values, end = values + (Bytes / sizeof(float)); value < end; value += 64)
            {
                a += Vector512.Load(value);
                b += Vector512.Load(value + 16);
                c += Vector512.Load(value + 32);
                d += Vector512.Load(value + 48);
            }
        }

        return Vector512.Sum(a + b + c + d);
    }
}
