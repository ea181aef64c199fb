using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>The sizes of a call of a convolution.</summary>
/// <param name="Batch">Images.</param>
/// <param name="Height">Rows of the input; 1 in 1-D.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="OutputHeight">Rows of the output.</param>
/// <param name="OutputWidth">Columns of the output.</param>
internal readonly record struct ConvolutionSize(int Batch, int Height, int Width, int OutputHeight, int OutputWidth)
{
    /// <summary>Whether there is nothing to compute.</summary>
    public bool IsEmpty => Batch == 0 || OutputHeight == 0 || OutputWidth == 0;

    /// <summary>Reads the sizes of an input.</summary>
    /// <param name="x">The input.</param>
    /// <param name="rank">3 in 1-D, 4 in 2-D.</param>
    /// <param name="geometry">The convolution.</param>
    /// <param name="only">The one size of input that pads were made for; null where they are right for all.</param>
    /// <param name="pooling">The pooling behind it; null for none.</param>
    /// <exception cref="InvalidOperationException">The input has another rank, other channels, or not the one size.</exception>
    public static ConvolutionSize Of(in KernelCall.Tensor x, int rank, ConvolutionGeometry geometry, InputSize? only, PoolingGeometry? pooling = null)
    {
        if (x.Shape.Length != rank || x.Shape[1] != geometry.InputChannels)
            throw new InvalidOperationException($"a convolution of {geometry.InputChannels} channels cannot be applied to a tensor of shape [{string.Join(", ", x.Shape.ToArray())}]");
        int height = rank == 4 ? checked((int)x.Shape[2]) : 1, width = checked((int)x.Shape[^1]);
        if (only is var (onlyHeight, onlyWidth) && (height != onlyHeight || width != onlyWidth))
            throw new InvalidOperationException($"a convolution whose pads depend on the size was planned for inputs of {onlyHeight} x {onlyWidth}; found {height} x {width}");
        int outputHeight = geometry.GetOutputHeight(height), outputWidth = geometry.GetOutputWidth(width);
        if (pooling is not null)
            (outputHeight, outputWidth) = (pooling.GetOutputHeight(outputHeight), pooling.GetOutputWidth(outputWidth));
        return new ConvolutionSize(checked((int)x.Shape[0]), height, width, outputHeight, outputWidth);
    }

    /// <summary>Allocates the output.</summary>
    /// <param name="call">The call.</param>
    /// <param name="output">The output's place.</param>
    /// <param name="rank">3 in 1-D, 4 in 2-D.</param>
    /// <param name="channels">Of the output.</param>
    public unsafe float* Allocate(in KernelCall call, int output, int rank, int channels)
    {
        ReadOnlySpan<long> shape = rank == 4 ? [Batch, channels, OutputHeight, OutputWidth] : [Batch, channels, OutputWidth];
        return (float*)call.GetOutput(output, shape);
    }
}
