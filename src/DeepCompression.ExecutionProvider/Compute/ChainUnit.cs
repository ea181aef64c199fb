using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>Layers that follow one another, on a batch of samples.</summary>
internal sealed unsafe class ChainUnit(Shared<LayerChain> shared, long[] inputShape, long[] outputShape, int input, int output) : Unit
{
    public override long ResidentBytes => shared.IsFirst ? shared.Kernel.ResidentBytes : 0;

    public override void Run(in KernelCall call)
    {
        KernelCall.Tensor x = call.GetInput(input);
        if (x.Shape.Length != inputShape.Length + 1 || !x.Shape[1..].SequenceEqual(inputShape))
            throw new InvalidOperationException($"layers for samples of [{string.Join(", ", inputShape)}] cannot be applied to a tensor of shape [{string.Join(", ", x.Shape.ToArray())}]");
        int batch = checked((int)x.Shape[0]);
        float* y = (float*)call.GetOutput(output, [batch, .. outputShape]);
        shared.Kernel.Compute((float*)x.Data, y, batch, call.Runner);
    }

    public override void Dispose() => shared.Dispose();
}
