using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>Convolutions with compressed weights, each of which writes its channels of one output.</summary>
internal sealed unsafe class ConcatenationUnit(Shared<ConvolutionKernels> shared, int rank, InputSize?[] only, int[] inputs, int output) : Unit
{
    public override long ResidentBytes => shared.IsFirst ? shared.Kernel.ResidentBytes : 0;

    public override void Run(in KernelCall call)
    {
        IReadOnlyList<IConvolution> kernels = shared.Kernel.Kernels;
        ConvolutionSize first = default;
        for (int i = 0; i < inputs.Length; i++)
        {
            ConvolutionSize size = ConvolutionSize.Of(call.GetInput(inputs[i]), rank, kernels[i].Geometry, only[i]);
            if (i == 0)
                first = size;
            else if ((size.Batch, size.OutputHeight, size.OutputWidth) != (first.Batch, first.OutputHeight, first.OutputWidth))
                throw new InvalidOperationException($"outputs of {size.Batch} x {size.OutputHeight} x {size.OutputWidth} cannot be put behind such of {first.Batch} x {first.OutputHeight} x {first.OutputWidth}");
        }

        float* y = first.Allocate(call, output, rank, shared.Kernel.Channels);
        nint area = (nint)first.OutputHeight * first.OutputWidth;
        for (int image = 0; image < first.Batch && !first.IsEmpty; image++)
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                KernelCall.Tensor x = call.GetInput(inputs[i]);
                ConvolutionGeometry geometry = kernels[i].Geometry;
                ConvolutionSize size = ConvolutionSize.Of(x, rank, geometry, only[i]);
                kernels[i].Compute((float*)x.Data + ((nint)image * geometry.InputChannels * size.Height * size.Width), y, 1, size.Height, size.Width, call.Runner);
                y += geometry.OutputChannels * area;
            }
        }
    }

    public override void Dispose() => shared.Dispose();
}
