using DeepCompression.Benchmarks.Harness;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>Only the kernels of the execution provider's benchmark: <c>./build.sh bench kernels [fc] [nbits] [conv] [lstm] [shared]</c>.</summary>
internal sealed class KernelBench : IBench
{
    /// <inheritdoc/>
    public string Name => "kernels";

    /// <inheritdoc/>
    public void Run(BenchTable table, IReadOnlyList<string> arguments) => new KernelRows(table, arguments).Run();
}
