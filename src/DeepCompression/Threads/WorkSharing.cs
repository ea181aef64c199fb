namespace DeepCompression;

/// <summary>
/// Shares numbered pieces of work among the calling thread and helpers. What <see cref="Parallel"/> would do, but it is compiled ahead
/// of time, throws what the work throws, never waits for a helper that has not begun, and leaves no thread spinning behind it: threads
/// of the pool look for more work for half a millisecond, on the processor where the next to be created would run.
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

        SharedWork work = new(count, action);
        HelperThreads.Ask(work, threads - 1);
        work.Run();
        HelperThreads.Withdraw(work);
        work.Finish();
    }
}
