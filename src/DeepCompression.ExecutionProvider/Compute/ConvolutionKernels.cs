using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>Convolutions whose outputs lie one behind the other.</summary>
internal sealed class ConvolutionKernels(IReadOnlyList<IConvolution> kernels) : IDisposable
{
    /// <summary>The convolutions, in the order of their outputs.</summary>
    public IReadOnlyList<IConvolution> Kernels => kernels;

    /// <summary>Output channels of all.</summary>
    public int Channels { get; } = kernels.Sum(kernel => kernel.Geometry.OutputChannels);

    /// <summary>Bytes that all hold.</summary>
    public long ResidentBytes => kernels.Sum(kernel => kernel.ResidentBytes);

    /// <summary>Frees all.</summary>
    public void Dispose()
    {
        foreach (IConvolution kernel in kernels)
            kernel.Dispose();
    }
}
