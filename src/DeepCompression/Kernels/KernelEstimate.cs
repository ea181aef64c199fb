namespace DeepCompression.Kernels;

/// <summary>What a node is expected to cost on one thread.</summary>
/// <param name="Kernel">Nanoseconds of the compressed kernel.</param>
/// <param name="Dense">Nanoseconds of a good dense float32 kernel.</param>
public readonly record struct KernelEstimate(double Kernel, double Dense)
{
    /// <summary>Dense / Kernel: above 1 the compressed kernel is faster.</summary>
    public double Speedup => Dense / Kernel;
}
