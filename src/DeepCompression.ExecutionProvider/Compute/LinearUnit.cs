using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>MatMul or Gemm with a sparse weight: every row of the input times the transposed weight.</summary>
internal sealed unsafe class LinearUnit(Shared<SparseLinear> shared, int input, int output) : Unit
{
    public override long ResidentBytes => shared.IsFirst ? shared.Kernel.ResidentBytes : 0;

    public override void Run(in KernelCall call)
    {
        SparseLinear kernel = shared.Kernel;
        float* y = Rows.Open(call, input, output, kernel.Inputs, kernel.Outputs, out float* x, out int batch);
        if (batch > 0)
            kernel.Compute(x, y, batch, call.Runner);
    }

    public override void Dispose() => shared.Dispose();
}
