using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>MatMul or Gemm with a shared weight that is not pruned.</summary>
internal sealed unsafe class SharedLinearUnit(Shared<SharedLinear> shared, int input, int output) : Unit
{
    public override long ResidentBytes => shared.IsFirst ? shared.Kernel.ResidentBytes : 0;

    public override void Run(in KernelCall call)
    {
        SharedLinear kernel = shared.Kernel;
        float* y = Rows.Open(call, input, output, kernel.Inputs, kernel.Outputs, out float* x, out int batch);
        if (batch > 0)
            kernel.Compute(x, y, batch, call.Runner);
    }

    public override void Dispose() => shared.Dispose();
}
