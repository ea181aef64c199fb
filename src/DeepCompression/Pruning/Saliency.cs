using System.Runtime.InteropServices;

namespace DeepCompression.Pruning;

/// <summary>Scores how much every element of a weight matters. A <see cref="MaskSelector"/> then keeps the highest.</summary>
public static class Saliency
{
    /// <summary>Effectively computes <c>|w|</c> (Han et al. 2015, section 3).</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="destination">One saliency a weight; may be the same memory as <paramref name="weights"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <remarks>NaN stays NaN; a selector names its index.</remarks>
    public static void Magnitude(ReadOnlySpan<float> weights, Span<float> destination)
    {
        CheckLength(weights.Length, destination.Length);
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(weights);
        SpanChunks.For(bits, MemoryMarshal.Cast<float, uint>(destination), (source, magnitudes, _) =>
        {
            for (int i = 0; i < source.Length; i++)
                magnitudes[i] = source[i] & 0x7FFF_FFFF;
        });
    }

    /// <summary>The magnitudes of a stored weight of any element type, in a new array. Float64 is rounded to single precision.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="weights">The weights, little-endian.</param>
    /// <returns>One saliency a weight.</returns>
    /// <exception cref="ArgumentException"><paramref name="weights"/> is not a whole number of elements.</exception>
    public static float[] Magnitude(ElementType type, ReadOnlySpan<byte> weights)
    {
        float[] saliency = WeightValues.ToSingle(type, weights);
        Magnitude(saliency, saliency);
        return saliency;
    }

    /// <summary>
    /// Effectively computes <c>|w[o, c, i]| * inputNorms[c]</c>: the weight's magnitude times the L2 norm, over the calibration
    /// samples, of the input that it meets (Sun et al. 2023, "Wanda", eq. 1).
    /// </summary>
    /// <param name="weights">The weights, row-major, viewed as shape (outer, channels, inner).</param>
    /// <param name="inputNorms">The norm of every input channel.</param>
    /// <param name="inner">
    /// Weights of one channel that lie side by side: 1 for a Gemm weight (outputs, inputs), kernel height x width for a Conv weight
    /// (outputs, inputs, height, width), the number of outputs for a MatMul weight (inputs, outputs).
    /// </param>
    /// <param name="destination">One saliency a weight; may be the same memory as <paramref name="weights"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="inner"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">The weights are not a whole number of (channels, inner) blocks.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static void MagnitudeTimesInputNorm(ReadOnlySpan<float> weights, ReadOnlySpan<float> inputNorms, int inner, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inner, 1);
        CheckLength(weights.Length, destination.Length);
        long block = (long)inputNorms.Length * inner;
        if (block == 0 ? weights.Length > 0 : weights.Length % block != 0)
            throw new ArgumentException($"{weights.Length} weights are not a whole number of {inputNorms.Length} channels x {inner}.", nameof(weights));

        for (int start = 0, channel = 0; start < weights.Length; start += inner, channel = channel + 1 == inputNorms.Length ? 0 : channel + 1)
        {
            float norm = inputNorms[channel];
            for (int i = start; i < start + inner; i++)
                destination[i] = Math.Abs(weights[i]) * norm;
        }
    }

    private static void CheckLength(int needed, int found)
    {
        if (found < needed)
            throw new ArgumentException($"{needed} numbers are needed; found {found}.", "destination");
    }
}
