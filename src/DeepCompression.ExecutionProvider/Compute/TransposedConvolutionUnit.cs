using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>ConvTranspose, 1-D or 2-D, with a sparse weight.</summary>
/// <param name="shared">The kernel.</param>
/// <param name="rank">Dimensions of the input: 3 or 4.</param>
/// <param name="only">The one size of input that the pads were made for; null where they are right for all.</param>
/// <param name="input">The place of the input at the fused node.</param>
/// <param name="output">The place of the output at the fused node.</param>
internal sealed unsafe class TransposedConvolutionUnit(Shared<SparseTransposedConvolution> shared, int rank, InputSize? only, int input, int output) : Unit
{
    public override long ResidentBytes => shared.IsFirst ? shared.Kernel.ResidentBytes : 0;

    public override void Run(in KernelCall call)
    {
        SparseTransposedConvolution kernel = shared.Kernel;
        TransposedConvolutionGeometry geometry = kernel.Geometry;
        KernelCall.Tensor x = call.GetInput(input);
        if (x.Shape.Length != rank || x.Shape[1] != geometry.InputChannels)
            throw new InvalidOperationException($"a transposed convolution of {geometry.InputChannels} channels cannot be applied to a tensor of shape [{string.Join(", ", x.Shape.ToArray())}]");

        int batch = checked((int)x.Shape[0]);
        int height = rank == 4 ? checked((int)x.Shape[2]) : 1;
        int width = checked((int)x.Shape[^1]);
        if (only is var (onlyHeight, onlyWidth) && (height != onlyHeight || width != onlyWidth))
            throw new InvalidOperationException($"a transposed convolution with an output shape was planned for inputs of {onlyHeight} x {onlyWidth}; found {height} x {width}");
        int outputHeight = geometry.GetOutputHeight(height);
        int outputWidth = geometry.GetOutputWidth(width);
        ReadOnlySpan<long> shape = rank == 4 ? [batch, geometry.OutputChannels, outputHeight, outputWidth] : [batch, geometry.OutputChannels, outputWidth];
        float* y = (float*)call.GetOutput(output, shape);
        if (batch > 0 && outputHeight > 0 && outputWidth > 0)
            kernel.Compute((float*)x.Data, y, batch, height, width, call.Runner);
    }

    public override void Dispose() => shared.Dispose();
}
