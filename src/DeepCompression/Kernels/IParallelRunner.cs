namespace DeepCompression.Kernels;

/// <summary>Runs the parts of a kernel on the caller's threads: the kernels own none. Calls allocate nothing.</summary>
public interface IParallelRunner
{
    /// <summary>How many parts can make progress at the same time, at least 1.</summary>
    int Degree { get; }

    /// <summary>Calls <paramref name="body"/> once for each part, in any order and on any threads, and returns when all have returned.</summary>
    /// <param name="parts">The number of parts.</param>
    /// <param name="body">Takes <paramref name="context"/> and the number of the part, 0 to <paramref name="parts"/> - 1. It never throws.</param>
    /// <param name="context">Memory that stays valid until this call returns.</param>
    unsafe void Run(int parts, delegate*<void*, int, void> body, void* context);
}
