namespace DeepCompression.Coding;

/// <summary>
/// Where the neighbours of an element are, from the shape alone: a weight is [filters, channels, kernel], the kernel being all
/// dimensions after the second (FORMAT.md, "Neighbours").
/// </summary>
internal readonly struct Neighbourhood
{
    /// <summary>Larger kernels are not seen as such.</summary>
    public const int MaxKernel = 128; // elements

    /// <summary>Channels beyond share contexts.</summary>
    public const int MaxChannels = 1 << 16;

    public Neighbourhood(TensorShape shape)
    {
        ReadOnlySpan<long> dimensions = shape.Dimensions;
        long filter = 1;
        long kernel = 1;
        for (int i = 1; i < dimensions.Length; i++)
        {
            filter *= dimensions[i];
            kernel *= i >= 2 ? dimensions[i] : 1;
        }

        Filter = dimensions.Length < 2 ? Math.Max(shape.Length, 1) : (int)filter;
        (Kernel, Row) = kernel <= MaxKernel && dimensions.Length > 2 ? ((int)kernel, (int)dimensions[^1]) : (1, 1);
    }

    /// <summary>Elements a filter: the product of all dimensions but the first.</summary>
    public int Filter { get; }

    /// <summary>Elements a kernel, 1 to <see cref="MaxKernel"/>.</summary>
    public int Kernel { get; }

    /// <summary>Elements of a kernel's row.</summary>
    public int Row { get; }

    /// <summary>How many channels are told apart.</summary>
    public int Channels => Math.Min(Filter / Kernel, MaxChannels);
}
