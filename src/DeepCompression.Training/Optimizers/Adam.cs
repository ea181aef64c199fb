using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepCompression.Training;

/// <summary>Adam (Kingma and Ba 2015, algorithm 1): steps scaled by running means of the gradient and of its square.</summary>
public sealed record Adam : Optimizer
{
    private static readonly string[] _stateNames = ["mean", "square"];

    /// <summary>The decay of the mean of gradients, 0 or more and less than 1; 0.9 by default.</summary>
    public float Beta1 { get; init => field = Decay(value); } = 0.9f;

    /// <summary>The decay of the mean of squared gradients, 0 or more and less than 1; 0.999 by default.</summary>
    public float Beta2 { get; init => field = Decay(value); } = 0.999f;

    /// <summary>What is added to the divisor; 1e-8 by default.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames => _stateNames;

    internal override void Update(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second, ReadOnlySpan<float> mask, in UpdateStep step)
    {
        Span<Vector<float>> w = MemoryMarshal.Cast<float, Vector<float>>(weights);
        ReadOnlySpan<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradient)[..w.Length];
        Span<Vector<float>> mean = MemoryMarshal.Cast<float, Vector<float>>(first)[..w.Length];
        Span<Vector<float>> square = MemoryMarshal.Cast<float, Vector<float>>(second)[..w.Length];
        ReadOnlySpan<Vector<float>> m = MemoryMarshal.Cast<float, Vector<float>>(mask);
        Penalties penalties = new(step);
        Vector<float> beta1 = new(Beta1);
        Vector<float> beta2 = new(Beta2);
        Vector<float> gain1 = new(1 - Beta1);
        Vector<float> gain2 = new(1 - Beta2);

        // Both means start at zero; the corrections take out what that hides.
        Vector<float> rate = new((float)(step.LearningRate / (1 - Math.Pow(Beta1, step.Number))));
        Vector<float> root = new((float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, step.Number))));
        Vector<float> epsilon = new(Epsilon);
        for (int i = 0; i < w.Length; i++)
        {
            Vector<float> slope = penalties.Apply(g[i], w[i]);
            if (!m.IsEmpty)
                slope *= m[i];
            mean[i] = (beta1 * mean[i]) + (gain1 * slope);
            square[i] = (beta2 * square[i]) + (gain2 * slope * slope);
            w[i] -= rate * mean[i] / ((Vector.SquareRoot(square[i]) * root) + epsilon);
        }
    }

    private static float Decay(float value) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A decay is 0 or more and less than 1.");
}
