using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>Convolutions whose outputs lie one behind the other.</summary>
internal sealed class ConvolutionKernels : IDisposable
{
    /// <summary>Takes the convolutions over.</summary>
    /// <param name="kernels">The convolutions, in the order of their outputs.</param>
    public ConvolutionKernels(IReadOnlyList<IConvolution> kernels)
    {
        Kernels = kernels;
        foreach (IConvolution kernel in kernels)
            Channels += kernel.Geometry.OutputChannels;
    }

    /// <summary>The convolutions, in the order of their outputs.</summary>
    public IReadOnlyList<IConvolution> Kernels { get; }

    /// <summary>Output channels of all.</summary>
    public int Channels { get; }

    /// <summary>Bytes that all hold.</summary>
    public long ResidentBytes
    {
        get
        {
            long bytes = 0;
            foreach (IConvolution kernel in Kernels)
                bytes += kernel.ResidentBytes;
            return bytes;
        }
    }

    /// <summary>Frees all.</summary>
    public void Dispose()
    {
        foreach (IConvolution kernel in Kernels)
            kernel.Dispose();
    }
}
