using DeepCompression.Onnx.Tests;

namespace DeepCompression.OnnxRuntime.Tests.Forms;

/// <summary>Random weights after pruning and sharing.</summary>
internal static class CodedWeights
{
    public static CodedTensor Random(int seed, double density, int size, ElementType type, int groups, params long[] shape)
    {
        var random = new Random(seed);
        var tensorShape = new TensorShape(shape);
        byte[] centroids = new byte[groups * size * type.GetSize()];
        for (int i = 0; i < groups * size; i++)
            Write(type, i % size == 0 ? 0 : random.NextDouble() - 0.5, centroids, i);
        byte[] codes = new byte[tensorShape.Length];
        for (int i = 0; i < codes.Length; i++)
            codes[i] = (byte)(random.NextDouble() < density ? random.Next(1, size) : 0);
        return new CodedTensor(tensorShape, new Codebook(type, groups, centroids), codes);
    }

    public static PrunedTensor Pruned(int seed, double density, ElementType type, params long[] shape)
    {
        var tensorShape = new TensorShape(shape);
        float[] values = Graphs.Values(seed, density, tensorShape.Length);
        byte[] bytes = new byte[values.Length * type.GetSize()];
        for (int i = 0; i < values.Length; i++)
            Write(type, values[i], bytes, i);
        return new PrunedTensor(type, tensorShape, bytes);
    }

    private static void Write(ElementType type, double value, byte[] bytes, int index)
    {
        Span<byte> target = bytes.AsSpan(index * type.GetSize(), type.GetSize());
        switch (type)
        {
            case ElementType.Float32: BitConverter.TryWriteBytes(target, (float)value); break;
            case ElementType.Float64: BitConverter.TryWriteBytes(target, value); break;
            case ElementType.Float16: BitConverter.TryWriteBytes(target, (Half)value); break;
            default: BitConverter.TryWriteBytes(target, (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16)); break;
        }
    }
}
