using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>A function applied to every output of a kernel, after the bias. The default value is the identity.</summary>
public readonly record struct Activation
{
    private Activation(ActivationKind kind, float low, float high, float slope) => (Kind, Low, High, Slope) = (kind, low, high, slope);

    /// <summary>The kind.</summary>
    public ActivationKind Kind { get; }

    /// <summary>The least output of a ReLU (0) or Clip.</summary>
    public float Low { get; }

    /// <summary>The greatest output of a ReLU (infinity) or Clip.</summary>
    public float High { get; }

    /// <summary>The factor of negative inputs of a leaky ReLU.</summary>
    public float Slope { get; }

    /// <summary>Whether a greater input never gives a smaller output.</summary>
    internal bool IsMonotonic => Kind != ActivationKind.LeakyRelu || Slope >= 0;

    /// <summary>y = max(x, 0).</summary>
    public static Activation Relu { get; } = new(ActivationKind.Relu, 0, float.PositiveInfinity, 0);

    /// <summary>y = x where x is at least 0, else <paramref name="alpha"/> x.</summary>
    /// <param name="alpha">The slope of the negative side.</param>
    public static Activation LeakyRelu(float alpha) => new(ActivationKind.LeakyRelu, 0, 0, alpha);

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
        _ => MathF.Min(MathF.Max(x, Low), High),
    };
}
