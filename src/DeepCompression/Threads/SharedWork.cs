using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace DeepCompression;

/// <summary>Numbered pieces of work that several threads take in turn. After an error nobody takes another.</summary>
/// <param name="count">The number of pieces.</param>
/// <param name="action">The work; several pieces at once.</param>
internal sealed class SharedWork(int count, Action<int> action)
{
    private const double SpinMicroseconds = 100; // the last pieces are short; to be woken takes longer

    private readonly Lock _changing = new();
    private readonly ManualResetEventSlim _left = new(initialState: true, spinCount: 0);
    private int _next = -1;
    private int _helpers;
    private volatile ExceptionDispatchInfo? _error;

    /// <summary>Helps with the pieces that are left, if there are any.</summary>
    public void Help()
    {
        lock (_changing)
        {
            if (Volatile.Read(ref _next) >= count - 1)
                return;
            _helpers++;
            _left.Reset();
        }

        Run();
        lock (_changing)
        {
            if (--_helpers == 0)
                _left.Set();
        }
    }

    /// <summary>Takes pieces until none is left.</summary>
    public void Run()
    {
        try
        {
            for (int i = Interlocked.Increment(ref _next); i < count && _error is null; i = Interlocked.Increment(ref _next))
                action(i);
        }
#pragma warning disable CA1031 // It is thrown again on the calling thread.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _error = ExceptionDispatchInfo.Capture(e);
            Volatile.Write(ref _next, count);
        }
    }

    /// <summary>Waits for those who still work, after <see cref="Run"/>, and throws what a piece has thrown.</summary>
    public void Finish()
    {
        long start = Stopwatch.GetTimestamp();
        while (!_left.IsSet && Stopwatch.GetElapsedTime(start).TotalMicroseconds < SpinMicroseconds)
            Thread.SpinWait(10);
        _left.Wait();
        _error?.Throw();
    }
}
