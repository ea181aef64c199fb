namespace DeepCompression.Kernels;

/// <summary>How a kernel is built.</summary>
public sealed record KernelOptions
{
    /// <summary>The defaults.</summary>
    public static KernelOptions Default { get; } = new();

    /// <summary>The vector width; null takes <see cref="KernelDispatch.Selected"/>.</summary>
    public VectorWidth? Width { get; init; }

    /// <summary>How many threads are expected to share the work; null takes the number of processors. More or fewer may come.</summary>
    public int? Degree { get; init; }

    /// <summary>
    /// The batch sizes that are expected. Layouts for them are built at once; others when they are first met.
    /// Empty builds the layout of batch 1.
    /// </summary>
    public IReadOnlyList<int> Batches { get; init; } = [];
}
