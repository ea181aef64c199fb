namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>A kernel that several units may use.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Users">Counts the units.</param>
/// <param name="IsFirst">Whether this unit is the one that counts the kernel's bytes.</param>
internal readonly record struct Shared<T>(T Kernel, KernelUsers Users, bool IsFirst)
    where T : class, IDisposable
{
    /// <summary>One user less: the last one frees the kernel, whichever it is.</summary>
    public void Dispose() => Users.Leave();
}
