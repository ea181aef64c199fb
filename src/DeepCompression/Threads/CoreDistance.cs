using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DeepCompression;

/// <summary>
/// How long a message takes from one core to another. Cores that share a cache need some 30 to 60 ns; those that do not, or virtual ones
/// that a host has put far apart, 200 and more. What layers hand to each other then costs threads as much as computing it. It is measured
/// by two threads beside everything else, which on a busy machine takes some milliseconds.
/// </summary>
internal sealed class CoreDistance
{
    /// <summary>From here on cores share no cache, in nanoseconds.</summary>
    public const double Far = 100;

    private const long KeptMilliseconds = 10_000; // a host moves virtual cores, but not often
    private const int Batches = 4;                // the fastest counts
    private const int Messages = 64;              // of a batch, both ways together
    private const double LateMilliseconds = 20;   // the other thread does not run, or the machine is too busy
    private const int FirstMilliseconds = 10;     // waited for a first result
    private const int Alone = -2;                 // nobody came in time
    private const int Stopped = -1;               // turn

    private static readonly ManualResetEventSlim _known = new();
    private static Reading _last = new(double.PositiveInfinity, long.MinValue / 2);
    private static int _measuring;

    private readonly long _start = Stopwatch.GetTimestamp();
    private double _nanoseconds = double.PositiveInfinity;
    private int _arrived;
    private Turn _turn;

    private CoreDistance()
    {
    }

    /// <summary>Nanoseconds of a message, as last measured; infinite where it could not be.</summary>
    public static double Nanoseconds
    {
        get
        {
            Refresh();
            _known.Wait(FirstMilliseconds);
            return Volatile.Read(ref _last).Nanoseconds;
        }
    }

    /// <summary>Begins to measure where that was not done lately.</summary>
    public static void Refresh()
    {
        if (Environment.ProcessorCount == 1 || Environment.TickCount64 - Volatile.Read(ref _last).Milliseconds < KeptMilliseconds || Interlocked.Exchange(ref _measuring, 1) == 1)
            return;
        Start(() =>
        {
            double nanoseconds = Measure();
            if (double.IsPositiveInfinity(nanoseconds))
                nanoseconds = Measure();
            Volatile.Write(ref _last, new Reading(nanoseconds, Environment.TickCount64));
            _known.Set();
            Volatile.Write(ref _measuring, 0);
        });
    }

    /// <summary>Measures anew.</summary>
    public static double Measure()
    {
        CoreDistance distance = new();
        Thread other = Start(distance.Take);
        distance.Take();
        other.Join();
        return distance._nanoseconds;
    }

    private static Thread Start(ThreadStart work)
    {
        Thread thread = new(work, maxStackSize: 1 << 18) { IsBackground = true, Name = "DeepCompression" };
        thread.UnsafeStart();
        return thread;
    }

    private void Take()
    {
        int place = Interlocked.Increment(ref _arrived) - 1;
        while (place == 0 && Volatile.Read(ref _arrived) == 1)
        {
            if (IsLate && Interlocked.CompareExchange(ref _arrived, Alone, 1) == 1)
                return;
        }

        if (place >= 0)
            Exchange(place);
    }

    private void Exchange(int place)
    {
        for (int batch = 0; batch < Batches; batch++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int turn = (batch * Messages) + place; turn < (batch + 1) * Messages; turn += 2)
            {
                for (int now, spins = 1; (now = Volatile.Read(ref _turn.Value)) != turn; spins++)
                {
                    if (now == Stopped)
                        return;
                    if (spins % 1024 == 0 && IsLate)
                        Volatile.Write(ref _turn.Value, Stopped); // the other thread does not run
                }

                Volatile.Write(ref _turn.Value, turn + 1);
            }

            if (place == 0)
                _nanoseconds = Math.Min(_nanoseconds, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Messages);
        }
    }

    private bool IsLate => Stopwatch.GetElapsedTime(_start).TotalMilliseconds > LateMilliseconds;

    private sealed record Reading(double Nanoseconds, long Milliseconds);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Turn // away from everything else
    {
        [FieldOffset(128)]
        public int Value;
    }
}
