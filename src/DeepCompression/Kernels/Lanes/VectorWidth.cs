namespace DeepCompression.Kernels;

/// <summary>The widths that kernels exist for, in bits of a vector register.</summary>
public enum VectorWidth
{
    /// <summary>One element at a time.</summary>
    Scalar = 0,

    /// <summary>SSE, NEON.</summary>
    Vector128 = 128,

    /// <summary>AVX2.</summary>
    Vector256 = 256,

    /// <summary>AVX-512.</summary>
    Vector512 = 512,
}
