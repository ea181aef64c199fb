using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DeepCompression;

/// <summary>
/// How long a message takes from one core to another. Cores that share a cache need some 30 to 60 ns; those that do not, or virtual ones
/// that a host has put far apart, 200 and more. What layers hand to each other then costs threads as much as computing it.
/// </summary>
internal sealed class CoreDistance
{
    /// <summary>From here on cores share no cache, in nanoseconds.</summary>
    public const double Far = 100;

    private const long KeptMilliseconds = 10_000;  // a host moves virtual cores, but not often
    private const int Batches = 4;                 // the fastest counts
    private const int Messages = 64;               // of a batch, both ways together
    private const double AskerMilliseconds = 4;    // that who asks waits for the other thread: to wake a processor may take one
    private const double OtherMilliseconds = 200;  // that the other thread waits for who asks
    private const double LateMilliseconds = 3;     // in which all messages must have come
    private const int Alone = -2;                  // nobody came in time
    private const int Stopped = -1;                // turn

    private static Reading _last = new(double.PositiveInfinity, long.MinValue / 2);
    private static CoreDistance? _begun;

    private double _nanoseconds = double.PositiveInfinity;
    private int _arrived;
    private Turn _turn;

    private CoreDistance()
    {
    }

    /// <summary>Nanoseconds of a message, as measured now or some seconds ago; infinite where it could not be measured yet.</summary>
    public static double Nanoseconds
    {
        get
        {
            Prepare();
            if (Interlocked.Exchange(ref _begun, null) is CoreDistance begun)
            {
                double measured = begun.Ask();
                Volatile.Write(ref _last, new Reading(double.IsFinite(measured) ? measured : _last.Nanoseconds, Environment.TickCount64));
            }

            return Volatile.Read(ref _last).Nanoseconds;
        }
    }

    /// <summary>Starts the thread that will answer, where nothing was measured lately: whoever asks soon need not wait for it.</summary>
    public static void Prepare()
    {
        if (Environment.ProcessorCount == 1 || Environment.TickCount64 - Volatile.Read(ref _last).Milliseconds < KeptMilliseconds)
            return;
        CoreDistance distance = new();
        if (Interlocked.CompareExchange(ref _begun, distance, null) is null)
            distance.Start();
    }

    /// <summary>Measures anew, with the calling thread as one of the two.</summary>
    public static double Measure()
    {
        CoreDistance distance = new();
        distance.Start();
        return distance.Ask();
    }

    private void Start()
    {
        int asker = Processors.Current;
        new Thread(Answer, maxStackSize: 1 << 18) { IsBackground = true, Name = "DeepCompression" }.UnsafeStart();

        void Answer()
        {
            Processors.Leave(asker);
            Take(OtherMilliseconds);
        }
    }

    private double Ask()
    {
        Take(AskerMilliseconds);
        return Volatile.Read(ref _nanoseconds);
    }

    private void Take(double milliseconds)
    {
        long start = Stopwatch.GetTimestamp();
        int place = Interlocked.Increment(ref _arrived) - 1;
        for (int spins = 1; place == 0 && Volatile.Read(ref _arrived) == 1; spins++)
        {
            if (spins % 1024 == 0 && Stopwatch.GetElapsedTime(start).TotalMilliseconds > milliseconds && Interlocked.CompareExchange(ref _arrived, Alone, 1) == 1)
                return;
        }

        if (place >= 0)
            Exchange(place);
    }

    // Both see the time of every batch: the one that asks must not wait for what the other has seen.
    private void Exchange(int place)
    {
        long begin = Stopwatch.GetTimestamp();
        double best = double.PositiveInfinity;
        for (int batch = 0; batch < Batches; batch++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int turn = (batch * Messages) + place; turn < (batch + 1) * Messages; turn += 2)
            {
                for (int now, spins = 1; (now = Volatile.Read(ref _turn.Value)) != turn; spins++)
                {
                    if (now == Stopped)
                        return;
                    if (spins % 1024 == 0 && Stopwatch.GetElapsedTime(begin).TotalMilliseconds > LateMilliseconds)
                        Volatile.Write(ref _turn.Value, Stopped);
                }

                Volatile.Write(ref _turn.Value, turn + 1);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Messages);
        }

        Volatile.Write(ref _nanoseconds, best);
    }

    private sealed record Reading(double Nanoseconds, long Milliseconds);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Turn // away from everything else
    {
        [FieldOffset(128)]
        public int Value;
    }
}
