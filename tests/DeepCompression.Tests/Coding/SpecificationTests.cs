using DeepCompression.Tests.Sparse;
using FsCheck;
using FsCheck.Fluent;

namespace DeepCompression.Tests.Coding;

public sealed class SpecificationTests
{
    [Fact]
    public void Decode_RandomSharedWeightsBySpecification_GivesTheSameDenseBits() =>
        Prop.ForAll<int, byte>((seed, option) => Agrees(RandomTensors.Coded(seed, withZero: option % 3 != 0), option)).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Decode_RandomPrunedWeightsBySpecification_GivesTheSameDenseBits() =>
        Prop.ForAll<int, byte>((seed, option) => Agrees(RandomTensors.Pruned(seed), option)).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(10)]
    public void Decode_FourStreamsAndTwoSegmentsBySpecification_GivesTheSameDenseBits(int option)
    {
        Random random = new(3);
        byte[] codes = new byte[(1 << 20) + 9000];
        for (int i = 0; i < codes.Length; i++)
            codes[i] = random.Next(i < 1 << 20 ? 90 : 2) == 0 ? (byte)random.Next(1, 40) : (byte)0;
        Codebook codebook = RandomTensors.NewCodebook(random, ElementType.Float32, 1, 40, withZero: true);
        Assert.True(Agrees(new CodedTensor(new TensorShape(codes.Length), codebook, codes), option));
    }

    private static bool Agrees(CompressedTensor tensor, int option)
    {
        byte[] blob = TensorCompressor.Compress(tensor, TensorCompressorTests.Options(option)).Blob;
        return SpecificationDecoder.Decode(blob).AsSpan().SequenceEqual(RandomTensors.Dense(tensor));
    }
}
