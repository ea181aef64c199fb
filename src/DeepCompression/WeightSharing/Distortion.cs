using System.Runtime.InteropServices;

namespace DeepCompression.WeightSharing;

/// <summary>How far a compressed weight is from the one it stands for.</summary>
public static class Distortion
{
    /// <summary>Effectively computes the sum over all elements of <c>(original - compressed) ^ 2</c>.</summary>
    /// <param name="original">The weight as it was.</param>
    /// <param name="compressed">The same weight pruned, shared, quantized or rebuilt from factors.</param>
    /// <returns>The sum of squared errors; NaN or infinite where an element is.</returns>
    /// <exception cref="ArgumentException">The weights differ in element type or length.</exception>
    public static double SumOfSquaredErrors(CompressedTensor original, CompressedTensor compressed)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(compressed);
        if (original.ElementType != compressed.ElementType || original.Shape.Length != compressed.Shape.Length)
            throw new ArgumentException($"A {compressed.ElementType} weight of shape {compressed.Shape} does not stand for a {original.ElementType} weight of shape {original.Shape}.", nameof(compressed));

        ReadOnlySpan<byte> left = ToDense(original), right = ToDense(compressed);
        if (original.ElementType == ElementType.Float32)
        {
            ReadOnlySpan<float> a = MemoryMarshal.Cast<byte, float>(left), b = MemoryMarshal.Cast<byte, float>(right);
            return Sum(a, b);
        }

        double sum = 0;
        for (int i = 0; i < original.Shape.Length; i++)
        {
            double error = WeightValues.ReadElement(original.ElementType, left, i) - WeightValues.ReadElement(original.ElementType, right, i);
            sum += error * error;
        }

        return sum;
    }

    private static double Sum(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            double error = (double)left[i] - right[i];
            sum += error * error;
        }

        return sum;
    }

    private static ReadOnlySpan<byte> ToDense(CompressedTensor tensor)
    {
        if (tensor is PrunedTensor pruned)
            return pruned.Values.Span;
        byte[] dense = GC.AllocateUninitializedArray<byte>(checked((int)tensor.DenseBytes));
        tensor.CopyDenseTo(dense);
        return dense;
    }
}
