using System.Runtime.InteropServices;

namespace DeepCompression.Training.Procedures;

/// <summary>
/// Scores that can be compared between weights of different layers: the square of an element by the sum of squares of all elements of
/// its weight that are at least as large (Lee et al. 2021, "Layer-adaptive sparsity for the magnitude-based pruning", eq. 4).
/// The largest element of each weight scores 1, so no layer is pruned away whole.
/// </summary>
internal static class LayerAdaptiveSaliency
{
    // Magnitudes are put into classes by the upper 16 bits of their pattern, which order them to within 1/128: no sorting is needed.
    private const int Classes = 1 << 15;

    /// <param name="weights">The elements of one weight.</param>
    /// <param name="destination">One score an element.</param>
    public static void Score(ReadOnlySpan<float> weights, Span<float> destination)
    {
        double[] sums = new double[Classes];
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(weights);
        for (int i = 0; i < bits.Length; i++)
            sums[(bits[i] & 0x7FFF_FFFF) >> 16] += (double)weights[i] * weights[i];
        for (int c = Classes - 2; c >= 0; c--)
            sums[c] += sums[c + 1];
        for (int i = 0; i < bits.Length; i++)
        {
            double sum = sums[(bits[i] & 0x7FFF_FFFF) >> 16];
            destination[i] = sum > 0 ? (float)((double)weights[i] * weights[i] / sum) : 0;
        }
    }
}
