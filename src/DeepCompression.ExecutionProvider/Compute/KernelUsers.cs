namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>Counts the units that use a kernel. Units are freed in any order, and on any thread: a runtime may fold one of them and keep the others.</summary>
/// <param name="kernel">The kernel.</param>
internal sealed class KernelUsers(IDisposable kernel)
{
    private int _count;

    /// <summary>The kernel.</summary>
    public IDisposable Kernel => kernel;

    /// <summary>One user more.</summary>
    public void Enter() => Interlocked.Increment(ref _count);

    /// <summary>One user less; the last frees the kernel.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _count) == 0)
            kernel.Dispose();
    }
}
