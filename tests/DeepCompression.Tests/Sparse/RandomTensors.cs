using System.Runtime.InteropServices;

namespace DeepCompression.Tests.Sparse;

/// <summary>Seeded random weights of every kind that the lossless stages must carry.</summary>
internal static class RandomTensors
{
    public static readonly ElementType[] Types = [ElementType.Float32, ElementType.Float16, ElementType.BFloat16, ElementType.Float64];

    public static CodedTensor Coded(int seed, bool withZero = true)
    {
        Random random = new(seed);
        int groups = random.Next(4) == 0 ? random.Next(1, 4) : 1;
        int channels = groups * random.Next(0, 5);
        int length = random.Next(5) switch { 0 => random.Next(0, 4), 1 => random.Next(0, 3000), _ => random.Next(0, 200) };
        TensorShape shape = NewShape(random, channels, length, groups == 1);
        int size = random.Next(4) switch { 0 => random.Next(1, 257), 1 => random.Next(1, 33), _ => random.Next(1, 6) };
        Codebook codebook = NewCodebook(random, Types[random.Next(4)], groups, size, withZero);
        double density = random.Next(4) switch { 0 => 0, 1 => 1, 2 => 0.003, _ => random.NextDouble() };
        byte[] codes = new byte[shape.Length];
        foreach (ref byte code in codes.AsSpan())
            code = random.NextDouble() < density ? (byte)random.Next(random.Next(1, size + 1)) : (byte)0;
        return new CodedTensor(shape, codebook, codes);
    }

    public static PrunedTensor Pruned(int seed)
    {
        Random random = new(seed);
        ElementType type = Types[random.Next(4)];
        TensorShape shape = NewShape(random, random.Next(0, 6), random.Next(0, 500), true);
        double density = random.NextDouble();
        byte[] values = new byte[shape.Length * type.GetSize()];
        for (int i = 0; i < shape.Length; i++)
        {
            if (random.NextDouble() < density)
                NextValue(random, type, values.AsSpan(i * type.GetSize(), type.GetSize()));
        }

        return new PrunedTensor(type, shape, values);
    }

    public static Codebook NewCodebook(Random random, ElementType type, int groups, int size, bool withZero)
    {
        byte[] values = new byte[groups * size * type.GetSize()];
        for (int i = 0; i < groups * size; i++)
        {
            if (!withZero || i % size != 0)
                NextValue(random, type, values.AsSpan(i * type.GetSize(), type.GetSize()));
        }

        return new Codebook(type, groups, values);
    }

    public static byte[] Dense(CompressedTensor tensor)
    {
        byte[] dense = new byte[tensor.DenseBytes];
        tensor.CopyDenseTo(dense);
        return dense;
    }

    private static TensorShape NewShape(Random random, int channels, int length, bool maybeScalar) => random.Next(8) switch
    {
        0 when maybeScalar => default,
        1 => new TensorShape(channels, length / 9, 3, 3),
        2 => new TensorShape(channels, length / 5, 5),
        3 => new TensorShape(channels, length / 4, 4, 1),
        4 when maybeScalar => new TensorShape(length),
        5 => new TensorShape(channels, 2, length),
        _ => new TensorShape(channels, length),
    };

    /// <summary>Mostly small numbers; now and then NaN, infinities, -0, or any bit pattern at all.</summary>
    private static void NextValue(Random random, ElementType type, Span<byte> destination)
    {
        double value = random.Next(20) switch
        {
            0 => double.NaN,
            1 => double.NegativeInfinity,
            2 => double.PositiveInfinity,
            3 => -0.0,
            _ => (random.NextDouble() - 0.5) * 0.2,
        };
        if (random.Next(20) == 0)
        {
            random.NextBytes(destination);
            return;
        }

        switch (type)
        {
            case ElementType.Float32: MemoryMarshal.Write(destination, (float)value); break;
            case ElementType.Float16: MemoryMarshal.Write(destination, (Half)value); break;
            case ElementType.BFloat16: MemoryMarshal.Write(destination, (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16)); break;
            default: MemoryMarshal.Write(destination, value); break;
        }
    }
}
