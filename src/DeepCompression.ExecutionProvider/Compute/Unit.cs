namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>One operator of a compiled graph, with its weights and what is fused behind it. Calls may be concurrent.</summary>
internal abstract class Unit : IDisposable
{
    /// <summary>Bytes that the unit holds for its weights.</summary>
    public abstract long ResidentBytes { get; }

    /// <summary>Reads the call's inputs and writes its outputs.</summary>
    public abstract void Run(in KernelCall call);

    /// <summary>Frees the weights.</summary>
    public abstract void Dispose();
}
