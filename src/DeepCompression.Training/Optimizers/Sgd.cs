using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepCompression.Training;

/// <summary>Stochastic gradient descent with momentum: v = m v + g; w = w - r v.</summary>
public sealed record Sgd : Optimizer
{
    private static readonly string[] _stateNames = ["momentum"];

    /// <summary>How much of the last step is kept, 0 or more and less than 1; 0.9 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside.</exception>
    public float Momentum
    {
        get;
        init
        {
            if (value is not (>= 0 and < 1))
                throw new ArgumentOutOfRangeException(nameof(value), value, "Momentum is 0 or more and less than 1.");
            field = value;
        }
    }
    = 0.9f;

    /// <summary>Whether the step looks ahead: w = w - r (g + m v). False by default.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => _stateNames;

    internal override void Update(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second, ReadOnlySpan<float> mask, in UpdateStep step)
    {
        Span<Vector<float>> w = MemoryMarshal.Cast<float, Vector<float>>(weights);
        ReadOnlySpan<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradient)[..w.Length];
        Span<Vector<float>> v = MemoryMarshal.Cast<float, Vector<float>>(first)[..w.Length];
        ReadOnlySpan<Vector<float>> m = MemoryMarshal.Cast<float, Vector<float>>(mask);
        Penalties penalties = new(step);
        Vector<float> momentum = new(Momentum);
        Vector<float> rate = new(step.LearningRate);
        for (int i = 0; i < w.Length; i++)
        {
            Vector<float> slope = penalties.Apply(g[i], w[i]);
            if (!m.IsEmpty)
                slope *= m[i];
            v[i] = (momentum * v[i]) + slope;
            w[i] -= rate * (Nesterov ? slope + (momentum * v[i]) : v[i]);
        }
    }
}
