using System.Numerics;

namespace DeepCompression.Training;

/// <summary>What a gradient becomes with clipping, L2 and L1: s g + l2 w + l1 sign(w).</summary>
internal readonly struct Penalties(in UpdateStep step)
{
    private readonly Vector<float> _scale = new(step.GradientScale);
    private readonly Vector<float> _l1 = new(step.L1);
    private readonly Vector<float> _l2 = new(step.L2);
    private readonly bool _hasL1 = step.L1 != 0;

    public Vector<float> Apply(Vector<float> gradient, Vector<float> weight)
    {
        Vector<float> slope = (_scale * gradient) + (_l2 * weight);
        if (!_hasL1)
            return slope;
        Vector<float> sign = Vector.ConditionalSelect(Vector.GreaterThan(weight, Vector<float>.Zero), _l1,
            Vector.ConditionalSelect(Vector.LessThan(weight, Vector<float>.Zero), -_l1, Vector<float>.Zero));
        return slope + sign;
    }
}
