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
/// fraction of them, so a ratio from such a time says little of either. Of two threads it also measures how long a message
/// takes from one to the other: a host moves virtual cores about, and where they share no cache it takes four times as long.
/// Rows are made of the least disturbed rounds; a round measures both sides.
/// </summary>
internal sealed unsafe class QuietProbe
{
    private const int Bytes = 46 << 10;         // nearly all of a first-level cache of 48 KiB
    private const int Line = 64;                // bytes
    private const int Passes = 500;             // some 50 microseconds
    private const int Tries = 4;                // the fastest counts: an interrupt is no disturbance
    private const int Messages = 100;           // back and forth
    private const double Quiet = 1.1;           // of the best time of a load seen
    private const double Near = 1.6;            // of the best time of a message seen

    private readonly float[] _values = GC.AllocateArray<float>((Bytes + Line) / sizeof(float), pinned: true);
    private readonly KernelThreads _runner;
    private readonly double[] _times;
    private Reading _best = new(double.PositiveInfinity, double.PositiveInfinity);
    private Turn _turn;
    private int _arrived;

    /// <summary>Makes a probe of all threads of a runner.</summary>
    public QuietProbe(KernelThreads runner)
    {
        (_runner, _times) = (runner, new double[runner.Degree]);
        Array.Fill(_values, 1); // pages that nobody wrote are one and the same page of zeros
        Stopwatches.Time(() => Read(), 100);
    }

    /// <summary>Measures rounds until enough of them were quiet or time is up, and gives the medians of those with the fastest loads; the note has the ratio of all.</summary>
    /// <param name="round">Measures both sides once.</param>
    /// <param name="rounds">Rounds that count.</param>
    /// <param name="mostMilliseconds">How long quiet rounds are waited for.</param>
    public (double First, double Second, string Note) Measure(Func<(double First, double Second)> round, int rounds, double mostMilliseconds = 6_000)
    {
        List<(Reading Reading, double First, double Second)> all = [];
        long start = Stopwatch.GetTimestamp();
        Reading before = Read();
        while (all.Count < rounds || (all.Count(round => Disturbance(round.Reading) <= 1) < rounds && Stopwatch.GetElapsedTime(start).TotalMilliseconds < mostMilliseconds))
        {
            (double first, double second) = round();
            Reading after = Read();
            all.Add((new Reading(Math.Max(before.Load, after.Load), Math.Max(before.Message, after.Message)), first, second));
            before = after;
        }

        var counted = all.OrderBy(round => Disturbance(round.Reading)).Take(rounds).ToArray();
        Reading typical = new(Median(round => round.Reading.Load), Median(round => round.Reading.Message));
        double whole = Stopwatches.Median([.. all.Select(round => round.Second)]) / Stopwatches.Median([.. all.Select(round => round.First)]);
        string note = FormattableString.Invariant($"{rounds} of {all.Count} rounds, of all of them the ratio is {whole:0.00}: first-level cache {Rate(typical):0} GB/s ({Rate(_best):0} at best)");
        if (_runner.Degree > 1)
            note += FormattableString.Invariant($", a message {typical.Message:0} ns ({_best.Message:0} at best)");
        return (Median(round => round.First), Median(round => round.Second), note);

        double Median(Func<(Reading Reading, double First, double Second), double> value) => Stopwatches.Median([.. counted.Select(value)]);
    }

    private static double Rate(Reading reading) => Bytes * (double)Passes / reading.Load / 1e6;

    /// <summary>1 where a reading is just quiet.</summary>
    private double Disturbance(Reading reading) => Math.Max(reading.Load / (_best.Load * Quiet), _runner.Degree > 1 ? reading.Message / (_best.Message * Near) : 0);

    private Reading Read()
    {
        double load = double.PositiveInfinity, message = double.PositiveInfinity;
        GCHandle self = GCHandle.Alloc(this);
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            (_arrived, _turn.Value) = (0, 0);
            _runner.Run(_runner.Degree, &Part, (void*)GCHandle.ToIntPtr(self));
            load = Math.Min(load, _times.Max());
            message = Math.Min(message, _turn.Nanoseconds);
        }

        self.Free();
        _best = new Reading(Math.Min(_best.Load, load), Math.Min(_best.Message, message));
        return new Reading(load, message);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Part(void* context, int part)
    {
        QuietProbe probe = (QuietProbe)GCHandle.FromIntPtr((nint)context).Target!;
        Interlocked.Increment(ref probe._arrived);
        while (Volatile.Read(ref probe._arrived) < probe._times.Length) // so that every thread takes one part
            Thread.SpinWait(1);
        if (probe._times.Length > 1 && part < 2)
            probe.Exchange(part);
        long start = Stopwatch.GetTimestamp();
        float sum = Sum((float*)(((nint)Unsafe.AsPointer(ref probe._values[0]) + Line - 1) & -Line)); // the array is pinned
        probe._times[part] = Stopwatch.GetElapsedTime(start).TotalMilliseconds + (sum * 0);
    }

    /// <summary>Two threads write to one number in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Exchange(int part)
    {
        long start = Stopwatch.GetTimestamp();
        for (int turn = part; turn < 2 * Messages; turn += 2)
        {
            while (Volatile.Read(ref _turn.Value) != turn)
                ;
            Volatile.Write(ref _turn.Value, turn + 1);
        }

        if (part == 1)
            _turn.Nanoseconds = Stopwatch.GetElapsedTime(start).TotalNanoseconds / (2 * Messages);
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

    /// <param name="Load">Milliseconds the slowest thread takes to read its cache.</param>
    /// <param name="Message">Nanoseconds a message takes.</param>
    private readonly record struct Reading(double Load, double Message);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Turn // a cache line of its own
    {
        [FieldOffset(128)]
        public int Value;

        [FieldOffset(0)]
        public double Nanoseconds;
    }
}
