namespace DeepCompression.Benchmarks.Lenet;

/// <summary>Trainings side by side: small networks gain little from a second thread.</summary>
internal static class Jobs
{
    /// <summary>Does a job for each item, as many at a time as there are processor cores; results in the order of the items.</summary>
    public static TResult[] Map<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> job)
    {
        TResult[] results = new TResult[items.Count];
        Parallel.For(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => results[i] = job(items[i]));
        return results;
    }
}
