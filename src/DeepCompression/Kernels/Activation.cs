using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>
/// A function applied to every output of a kernel, after the bias. Every kind is
/// min(max(x, Low), High) + Slope min(x, 0), so that kernels need no branch. The default value is the identity.
/// </summary>
public readonly record struct Activation
{
    private Activation(ActivationKind kind, float low, float high, float slope) => (Kind, LowBound, HighBound, Slope) = (kind, low, high, slope);

    /// <summary>The kind.</summary>
    public ActivationKind Kind { get; }

    private float LowBound { get; }

    private float HighBound { get; }

    /// <summary>The factor of the negative part of the input: alpha of a leaky ReLU, else 0.</summary>
    public float Slope { get; }

    /// <summary>The least value of the clipped input.</summary>
    public float Low => Kind == ActivationKind.None ? float.NegativeInfinity : LowBound;

    /// <summary>The greatest value of the clipped input.</summary>
    public float High => Kind == ActivationKind.None ? float.PositiveInfinity : HighBound;

    /// <summary>y = max(x, 0).</summary>
    public static Activation Relu { get; } = new(ActivationKind.Relu, 0, float.PositiveInfinity, 0);

    /// <summary>y = x where x is at least 0, else <paramref name="alpha"/> x.</summary>
    /// <param name="alpha">The slope of the negative side.</param>
    public static Activation LeakyRelu(float alpha) => new(ActivationKind.LeakyRelu, 0, float.PositiveInfinity, alpha);

    /// <summary>y = min(max(x, minimum), maximum).</summary>
    /// <param name="minimum">The least output.</param>
    /// <param name="maximum">The greatest output.</param>
    public static Activation Clip(float minimum, float maximum) => new(ActivationKind.Clip, minimum, maximum, 0);

    /// <summary>The function's value; NaN stays NaN.</summary>
    /// <param name="x">The input.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x) => Kind switch
    {
        ActivationKind.None => x,
        ActivationKind.LeakyRelu => x < 0 ? Slope * x : x,
        _ => MathF.Min(MathF.Max(x, LowBound), HighBound),
    };
}
