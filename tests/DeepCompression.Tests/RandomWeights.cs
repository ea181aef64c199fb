using System.Runtime.InteropServices;

namespace DeepCompression.Tests;

/// <summary>Weights for tests, the same every time.</summary>
internal static class RandomWeights
{
    /// <summary>Normally distributed, standard deviation 1.</summary>
    public static float[] Normal(int length, int seed)
    {
        Random random = new(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }

    /// <summary>The same with a share of exact zeros.</summary>
    public static float[] Sparse(int length, double sparsity, int seed)
    {
        Random random = new(~seed);
        float[] values = Normal(length, seed);
        for (int i = 0; i < length; i++)
            values[i] = random.NextDouble() < sparsity ? 0 : values[i];
        return values;
    }

    public static PrunedTensor ToTensor(ReadOnlySpan<float> values, ElementType type = ElementType.Float32, params ReadOnlySpan<long> shape)
    {
        byte[] bytes = new byte[values.Length * type.GetSize()];
        WeightValues.FromSingle(type, values, bytes);
        return new PrunedTensor(type, shape.IsEmpty ? new TensorShape(values.Length) : new TensorShape(shape), bytes);
    }

    public static PrunedTensor ToTensor(ReadOnlySpan<double> values) =>
        new(ElementType.Float64, new TensorShape(values.Length), MemoryMarshal.AsBytes(values).ToArray());

    public static byte[] ToDense(this CompressedTensor tensor)
    {
        byte[] dense = new byte[tensor.DenseBytes];
        tensor.CopyDenseTo(dense);
        return dense;
    }

    public static float[] ToSingles(this CompressedTensor tensor) => WeightValues.ToSingle(tensor.ElementType, tensor.ToDense());
}
