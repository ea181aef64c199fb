namespace DeepCompression.Kernels;

/// <summary>Runs all parts on the calling thread.</summary>
public sealed class SequentialRunner : IParallelRunner
{
    private SequentialRunner()
    {
    }

    /// <summary>The only one.</summary>
    public static SequentialRunner Instance { get; } = new();

    /// <inheritdoc/>
    public int Degree => 1;

    /// <inheritdoc/>
    public unsafe void Run(int parts, delegate*<void*, int, void> body, void* context)
    {
        for (int part = 0; part < parts; part++)
            body(context, part);
    }
}
