namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>A kernel that several units may use, of which one owns it.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="IsOwner">Whether the unit counts and frees the kernel.</param>
internal readonly record struct Shared<T>(T Kernel, bool IsOwner)
    where T : class, IDisposable
{
    /// <summary>Frees the kernel where this is its owner.</summary>
    public void Dispose()
    {
        if (IsOwner)
            Kernel.Dispose();
    }
}
