using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>Conv, 1-D or 2-D, with a compressed weight, and the pooling that is computed with it.</summary>
internal sealed unsafe class ConvolutionUnit(Shared<IConvolution> shared, PoolingGeometry? pooling, int rank, InputSize? only, int input, int output) : Unit
{
    public override long ResidentBytes => shared.IsFirst ? shared.Kernel.ResidentBytes : 0;

    public override void Run(in KernelCall call)
    {
        IConvolution kernel = shared.Kernel;
        KernelCall.Tensor x = call.GetInput(input);
        ConvolutionSize size = ConvolutionSize.Of(x, rank, kernel.Geometry, only, pooling);
        float* y = size.Allocate(call, output, rank, kernel.Geometry.OutputChannels);
        if (!size.IsEmpty)
            kernel.Compute((float*)x.Data, y, size.Batch, size.Height, size.Width, call.Runner);
    }

    public override void Dispose() => shared.Dispose();
}
