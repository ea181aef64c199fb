using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>Chooses the vector width of kernels: the widest the machine has, unless the environment names another.</summary>
public static class KernelDispatch
{
    /// <summary>The environment variable that forces a width: <c>scalar</c>, <c>128</c>, <c>256</c> or <c>512</c>.</summary>
    public const string EnvironmentVariable = "DEEPCOMPRESSION_KERNEL";

    private static readonly VectorWidth[] _all = [VectorWidth.Vector512, VectorWidth.Vector256, VectorWidth.Vector128, VectorWidth.Scalar];

    /// <summary>The widths this machine has, widest first. Scalar is always among them.</summary>
    public static IReadOnlyList<VectorWidth> Supported => Array.FindAll(_all, IsSupported);

    /// <summary>The width of kernels whose options name none.</summary>
    public static VectorWidth Selected { get; } = Parse(Environment.GetEnvironmentVariable(EnvironmentVariable));

    /// <summary>Reads a width as users write it.</summary>
    /// <param name="text">A width, or null or nothing for the widest.</param>
    /// <returns>The width; where the machine lacks it, the widest below it.</returns>
    /// <exception cref="ArgumentException">The text names no width.</exception>
    public static VectorWidth Parse(string? text)
    {
        VectorWidth wanted = text?.Trim().ToLowerInvariant() switch
        {
            null or "" or "auto" => VectorWidth.Vector512,
            "scalar" => VectorWidth.Scalar,
            "128" => VectorWidth.Vector128,
            "256" => VectorWidth.Vector256,
            "512" => VectorWidth.Vector512,
            _ => throw new ArgumentException($"A kernel width is scalar, 128, 256 or 512; found '{text}' (environment variable {EnvironmentVariable}).", nameof(text)),
        };
        foreach (VectorWidth width in _all) // plain loops: every process that opens a model waits for this to be compiled
        {
            if (width <= wanted && IsSupported(width))
                return width;
        }

        return VectorWidth.Scalar;
    }

    private static bool IsSupported(VectorWidth width) => width switch
    {
        VectorWidth.Vector512 => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx512DQ.IsSupported && Avx512BW.IsSupported,
        VectorWidth.Vector256 => Vector256.IsHardwareAccelerated && Avx2.IsSupported && Fma.IsSupported,
        VectorWidth.Vector128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };
}
