namespace DeepCompression.Onnx;

/// <summary>
/// Symmetric quantization to integers of -limit..limit, a scale a group: effectively <c>q = clamp(round(w / scale), -limit, limit)</c>.
/// The weight is viewed as (outer, axis, inner); a group is a run of <c>block</c> along the axis, over all of outer and inner where
/// <c>shared</c>.
/// </summary>
/// <param name="Outer">Product of the dimensions before the axis.</param>
/// <param name="Axis">The dimension that scales vary along.</param>
/// <param name="Inner">Product of the dimensions after the axis.</param>
/// <param name="Block">Elements a run.</param>
/// <param name="Shared">Whether a run has one scale for all of outer and inner, as in per-channel quantization.</param>
internal readonly record struct GroupQuantizer(int Outer, int Axis, int Inner, int Block, bool Shared)
{
    private const float MinScale = 1e-30f; // a smaller one is a denormal in places
    private const int Trials = 16; // scales that are tried a group where few levels make clipping pay
    private const float TrialStep = 0.03f;

    /// <summary>Runs along the axis.</summary>
    public int Runs => (Axis + Block - 1) / Block;

    /// <summary>The number of scales.</summary>
    public int Groups => Shared ? Runs : Outer * Runs * Inner;

    /// <summary>Finds scales and quantizes.</summary>
    /// <param name="values">The weight, row-major.</param>
    /// <param name="limit">The largest integer, 127 or 7.</param>
    /// <returns>An integer an element, and the scales in the order of the groups.</returns>
    public (sbyte[] Quantized, float[] Scales) Quantize(ReadOnlySpan<float> values, int limit)
    {
        float[] scales = new float[Groups];
        for (int i = 0; i < values.Length; i++)
        {
            ref float max = ref scales[GroupOf(i)];
            max = Math.Max(max, Math.Abs(values[i]));
        }

        for (int i = 0; i < scales.Length; i++)
            scales[i] = scales[i] == 0 ? 1 : Math.Max(scales[i] / limit, MinScale);
        if (limit < 127)
            Refine(values, scales, limit);

        sbyte[] quantized = new sbyte[values.Length];
        for (int i = 0; i < values.Length; i++)
            quantized[i] = Round(values[i], scales[GroupOf(i)], limit);
        return (quantized, scales);
    }

    private static sbyte Round(float value, float scale, int limit) => (sbyte)Math.Clamp(MathF.Round(value / scale), -limit, limit);

    private int GroupOf(int element)
    {
        int run = element / Inner % Axis / Block;
        return Shared ? run : ((element / (Inner * Axis) * Runs) + run) * Inner + (element % Inner);
    }

    // Of some smaller scales, which clip the largest weights, the one with the least squared error.
    private void Refine(ReadOnlySpan<float> values, float[] scales, int limit)
    {
        double[] best = new double[scales.Length];
        Array.Fill(best, double.PositiveInfinity);
        float[] chosen = new float[scales.Length];
        double[] errors = new double[scales.Length];
        for (int trial = 0; trial < Trials; trial++)
        {
            float factor = 1 - (trial * TrialStep);
            Array.Clear(errors);
            for (int i = 0; i < values.Length; i++)
            {
                int group = GroupOf(i);
                float scale = scales[group] * factor;
                double error = values[i] - (Round(values[i], scale, limit) * scale);
                errors[group] += error * error;
            }

            for (int group = 0; group < scales.Length; group++)
            {
                if (errors[group] < best[group])
                    (best[group], chosen[group]) = (errors[group], scales[group] * factor);
            }
        }

        chosen.CopyTo(scales, 0);
    }
}
