using System.Runtime.InteropServices;

namespace DeepCompression.WeightSharing;

/// <summary>Takes the weights that are not zero, neither +0 nor -0, out of a stored tensor and sorts them.</summary>
internal static class NonZeroWeights
{
    private const double Largest = 1e150; // the sum of int.MaxValue squares of this is finite

    /// <summary>The non-zeros of elements <c>start .. start + values.Length</c> of a weight, sorted.</summary>
    /// <exception cref="ArgumentException">A weight is not finite, or too large to be squared.</exception>
    public static SortedWeights Sort(ElementType type, ReadOnlySpan<byte> values, int start)
    {
        if (type == ElementType.Float64)
            return SortDoubles(MemoryMarshal.Cast<byte, double>(values), start);

        float[] weights = Gather(type == ElementType.Float32 ? MemoryMarshal.Cast<byte, float>(values) : WeightValues.ToSingle(type, values));
        RadixSort.Sort(weights);
        if (weights.Length > 0 && !(float.IsFinite(weights[0]) && float.IsFinite(weights[^1])))
            ThrowNotFinite(type, values, start);
        return new SortedWeights<float>(weights);
    }

    private static SortedWeights<double> SortDoubles(ReadOnlySpan<double> values, int start)
    {
        double[] weights = new double[values.Length - CountZeros(values)];
        int count = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (!(Math.Abs(values[i]) <= Largest))
                throw new ArgumentException($"Weight {start + i} is {values[i]}: only weights up to {Largest} can share centroids.", "tensor");
            if (values[i] != 0)
                weights[count++] = values[i];
        }

        weights.AsSpan().Sort();
        return new SortedWeights<double>(weights);
    }

    private static float[] Gather(ReadOnlySpan<float> values)
    {
        float[] weights = new float[values.Length - CountZeros(values) + 1];
        int count = 0;
        foreach (float value in values)
        {
            weights[count] = value; // without a branch: overwritten by the next where it is zero
            count += value != 0 ? 1 : 0;
        }

        return weights[..count];
    }

    private static int CountZeros(ReadOnlySpan<float> values) => values.Count(0f); // -0 equals 0

    private static int CountZeros(ReadOnlySpan<double> values) => values.Count(0d);

    private static void ThrowNotFinite(ElementType type, ReadOnlySpan<byte> values, int start)
    {
        int index = 0;
        while (double.IsFinite(WeightValues.ReadElement(type, values, index)))
            index++;
        throw new ArgumentException($"Weight {start + index} is {WeightValues.ReadElement(type, values, index)}: only finite weights can share centroids.", "tensor");
    }
}
