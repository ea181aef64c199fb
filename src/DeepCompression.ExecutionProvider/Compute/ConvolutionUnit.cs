using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>Conv, 1-D or 2-D, with a compressed weight, and the pooling that is computed with it.</summary>
internal sealed unsafe class ConvolutionUnit(Shared<IConvolution> shared, PoolingGeometry? pooling, int rank, int input, int output) : Unit
{
    public override long ResidentBytes => shared.IsOwner ? shared.Kernel.ResidentBytes : 0;

    public override void Run(in KernelCall call)
    {
        IConvolution kernel = shared.Kernel;
        ConvolutionGeometry geometry = kernel.Geometry;
        KernelCall.Tensor x = call.GetInput(input);
        if (x.Shape.Length != rank || x.Shape[1] != geometry.InputChannels)
            throw new InvalidOperationException($"a convolution of {geometry.InputChannels} channels cannot be applied to a tensor of shape [{string.Join(", ", x.Shape.ToArray())}]");

        int batch = checked((int)x.Shape[0]);
        int height = rank == 4 ? checked((int)x.Shape[2]) : 1;
        int width = checked((int)x.Shape[^1]);
        int outputHeight = geometry.GetOutputHeight(height);
        int outputWidth = geometry.GetOutputWidth(width);
        if (pooling is not null)
            (outputHeight, outputWidth) = (pooling.GetOutputHeight(outputHeight), pooling.GetOutputWidth(outputWidth));
        ReadOnlySpan<long> shape = rank == 4 ? [batch, geometry.OutputChannels, outputHeight, outputWidth] : [batch, geometry.OutputChannels, outputWidth];
        float* y = (float*)call.GetOutput(output, shape);
        if (batch > 0 && outputHeight > 0 && outputWidth > 0)
            kernel.Compute((float*)x.Data, y, batch, height, width, call.Runner);
    }

    public override void Dispose() => shared.Dispose();
}
