namespace DeepCompression.Kernels;

/// <summary>The functions that a kernel can apply to its outputs before it writes them.</summary>
public enum ActivationKind
{
    /// <summary>y = x.</summary>
    None,

    /// <summary>y = max(x, 0).</summary>
    Relu,

    /// <summary>y = x where x is at least 0, else alpha x.</summary>
    LeakyRelu,

    /// <summary>y = min(max(x, minimum), maximum).</summary>
    Clip,
}
