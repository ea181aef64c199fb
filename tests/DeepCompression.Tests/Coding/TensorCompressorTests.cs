using DeepCompression.Tests.Sparse;
using FsCheck;
using FsCheck.Fluent;

namespace DeepCompression.Tests.Coding;

public sealed class TensorCompressorTests
{
    private static readonly PackingForm?[] Forms = [null, PackingForm.Dense, PackingForm.Mask, PackingForm.Gaps];

    [Fact]
    public void Decompress_RandomSharedWeightsAndOptions_GivesTheSameDenseBits() =>
        Prop.ForAll<int, byte>((seed, option) => RoundTrips(RandomTensors.Coded(seed, withZero: option % 3 != 0), Options(option)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(250));

    [Fact]
    public void Decompress_RandomPrunedWeightsAndOptions_GivesTheSameDenseBits() =>
        Prop.ForAll<int, byte>((seed, option) => RoundTrips(RandomTensors.Pruned(seed), Options(option)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(250));

    [Theory]
    [InlineData(0.02, 32)]
    [InlineData(0.3, 256)]
    [InlineData(0.999, 5)]
    public void Decompress_SeveralSegmentsAndStreams_GivesTheSameDenseBits(double density, int size)
    {
        Random random = new(7);
        Codebook codebook = RandomTensors.NewCodebook(random, ElementType.Float32, 1, size, withZero: true);
        byte[] codes = new byte[1_200_003];
        foreach (ref byte code in codes.AsSpan())
            code = random.NextDouble() < density ? (byte)random.Next(random.Next(1, size)) : (byte)0;
        CodedTensor tensor = new(new TensorShape(codes.Length), codebook, codes);
        for (int option = 0; option < 12; option += 5)
            Assert.True(RoundTrips(tensor, Options(option)));
    }

    internal static PackingOptions Options(int option) => new()
    {
        Coder = (EntropyCoder)(option % 3),
        Form = Forms[option / 3 % 4],
        GapBits = option / 12 % 2 == 0 ? null : 2 + (option / 24 % 7),
        MaxDegreeOfParallelism = option % 2 == 0 ? -1 : 1,
    };

    private static bool RoundTrips(CompressedTensor tensor, PackingOptions options)
    {
        PackedTensor packed = TensorCompressor.Compress(tensor, options);
        CompressedTensor decoded = TensorCompressor.Decompress(packed.Blob);
        byte[] expected = RandomTensors.Dense(tensor);
        byte[] direct = new byte[expected.Length];
        direct.AsSpan().Fill(0xA5);
        TensorCompressor.DecompressTo(packed.Blob, direct);
        byte[] parts = new byte[expected.Length];
        long received = 0;
        TensorCompressor.DecompressTo(packed.Blob, (offset, part) =>
        {
            part.CopyTo(parts.AsSpan((int)offset));
            Interlocked.Add(ref received, part.Length);
        });
        return received == expected.Length && parts.AsSpan().SequenceEqual(expected)
            && decoded.GetType() == tensor.GetType()
            && decoded.Shape == tensor.Shape
            && decoded.ElementType == tensor.ElementType
            && RandomTensors.Dense(decoded).AsSpan().SequenceEqual(expected)
            && direct.AsSpan().SequenceEqual(expected)
            && (decoded is not CodedTensor coded || !((CodedTensor)tensor).Codebook.HasZero || coded.Codebook.HasZero);
    }
}
