using System.Runtime.InteropServices;
using DeepCompression.WeightSharing;

namespace DeepCompression.Tests.WeightSharing;

public sealed class LosslessSharerTests
{
    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float64)]
    public void TryShare_AtMost256Patterns_KeepsEveryBit(ElementType type)
    {
        foreach (int length in (int[])[0, 1, 300, 1_000_003])
        {
            // Patterns appear in another order in every piece; the last ones only at the very end.
            PrunedTensor tensor = RandomWeights.ToTensor([.. Enumerable.Range(0, length).Select(i => (float)((long)i * i / 7 % (i < length - 500 ? 200 : 256)))], type);
            CodedTensor? coded = LosslessSharer.TryShare(tensor);
            Assert.NotNull(coded);
            Assert.Equal(tensor.Values.ToArray(), coded.ToDense());
            Assert.Equal(tensor.ToSingles().Distinct().Order(), WeightValues.ToSingle(type, coded.Codebook.Values.Span));
        }
    }

    [Fact]
    public void TryShare_257Patterns_IsNull()
    {
        Assert.Null(LosslessSharer.TryShare(RandomWeights.ToTensor([.. Enumerable.Range(0, 257).Select(i => (float)i)])));
        Assert.NotNull(LosslessSharer.TryShare(RandomWeights.ToTensor([.. Enumerable.Range(0, 256).Select(i => (float)i)])));

        // In different pieces of the parallel loop, none of which has too many alone.
        float[] values = new float[600_000];
        for (int i = 0; i < 200; i++)
            (values[i], values[400_000 + i]) = (i, -i - 1);
        Assert.Null(LosslessSharer.TryShare(RandomWeights.ToTensor(values)));
    }

    [Fact]
    public void TryShare_NegativeZeroAndNaNs_AreValuesLikeAnyOther()
    {
        uint[] patterns = [0xFFFF_FFFF, 0x8000_0000, 0, 0x7FC0_0001, 0x7F80_0000, 0xFF80_0000, 0x0000_0001, 0x7FC0_0000];
        PrunedTensor tensor = new(ElementType.Float32, new TensorShape(8), MemoryMarshal.AsBytes(patterns.AsSpan()).ToArray());
        CodedTensor coded = LosslessSharer.TryShare(tensor)!;
        Assert.Equal(tensor.Values.ToArray(), coded.ToDense());
        Assert.True(coded.Codebook.HasZero);
        Assert.Equal(7, coded.CountNonZeros());
    }
}
