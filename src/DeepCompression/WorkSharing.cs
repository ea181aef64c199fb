using System.Runtime.ExceptionServices;

namespace DeepCompression;

/// <summary>
/// Shares numbered pieces of work among threads of the pool. What <see cref="Parallel"/> would do, but it is compiled ahead of time and
/// throws what the work throws.
/// </summary>
internal static class WorkSharing
{
    /// <summary>Runs an action for every number below a count, on the calling thread where there is only one.</summary>
    /// <param name="count">The number of pieces.</param>
    /// <param name="threads">The most threads, the calling one included; -1 for one a processor.</param>
    /// <param name="action">The work; several pieces at once.</param>
    public static void ForEach(int count, int threads, Action<int> action)
    {
        threads = Math.Min(threads == -1 ? Environment.ProcessorCount : threads, count);
        if (threads <= 1)
        {
            for (int i = 0; i < count; i++)
                action(i);
            return;
        }

        Run run = new(count, action);
        Task[] others = new Task[threads - 1];
        for (int i = 0; i < others.Length; i++)
            others[i] = Task.Run(run.Work);
        run.Work();
        Task.WaitAll(others);
        run.Error?.Throw();
    }

    private sealed class Run(int count, Action<int> action)
    {
        private int _next = -1;

        public ExceptionDispatchInfo? Error { get; private set; }

        public void Work()
        {
            try
            {
                for (int i = Interlocked.Increment(ref _next); i < count && Error is null; i = Interlocked.Increment(ref _next))
                    action(i);
            }
#pragma warning disable CA1031 // It is thrown again on the calling thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Error = ExceptionDispatchInfo.Capture(e);
            }
        }
    }
}
