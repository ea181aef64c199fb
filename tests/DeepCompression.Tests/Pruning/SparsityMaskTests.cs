using System.Runtime.InteropServices;
using DeepCompression.Pruning;

namespace DeepCompression.Tests.Pruning;

public sealed class SparsityMaskTests
{
    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float64)]
    public void Apply_EveryElementType_SetsPrunedToPositiveZeroAndKeepsTheRest(ElementType type)
    {
        float[] values = [.. RandomWeights.Normal(1000, 1).Select(value => value - 3)]; // mostly negative: a product with 0 would be -0
        PrunedTensor tensor = RandomWeights.ToTensor(values, type);
        SparsityMask mask = MaskSelector.BySparsity(RandomWeights.Normal(1000, 2), 0.37);
        PrunedTensor pruned = mask.Apply(tensor);
        int size = type.GetSize();
        for (int i = 0; i < values.Length; i++)
        {
            byte[] expected = mask[i] ? tensor.Values.Slice(i * size, size).ToArray() : new byte[size];
            Assert.Equal(expected, pruned.Values.Slice(i * size, size).ToArray());
        }

        Assert.Equal(630, mask.Count);
        Assert.Equal(0.37, mask.Sparsity, 12);
        Assert.Equal(630, pruned.CountNonZeros());
        Assert.Equal(1000, tensor.CountNonZeros()); // the original is as it was
    }

    [Fact]
    public void OfNonZeros_NegativeZero_IsPruned()
    {
        float[] values = [1, -0f, 0f, float.Epsilon, float.NaN];
        SparsityMask mask = SparsityMask.OfNonZeros(ElementType.Float32, MemoryMarshal.AsBytes(values.AsSpan()));
        Assert.Equal(0b11001UL, mask.Words[0]);
    }

    [Fact]
    public void And_TwoMasks_KeepsWhatBothKeep() =>
        Assert.Equal(0b1000UL, new SparsityMask([true, false, false, true]).And(new SparsityMask([false, true, false, true])).Words[0]);

    [Fact]
    public void CopyTo_Mask_WritesOnesAndZeros()
    {
        float[] factors = new float[3];
        new SparsityMask([true, false, true]).CopyTo(factors);
        Assert.Equal([1f, 0f, 1f], factors);
    }

    [Fact]
    public void EmptyMask_HasNoSparsity()
    {
        SparsityMask mask = new([]);
        Assert.Equal(0, mask.Sparsity);
        mask.Apply<float>([]);
        Assert.Equal(0, MaskSelector.BySparsity([], 0.5).Length);
    }

    [Fact]
    public void Apply_OtherLength_Throws()
    {
        SparsityMask mask = new([true, false]);
        Assert.Throws<ArgumentException>("values", () => mask.Apply<float>(new float[3]));
        Assert.Throws<ArgumentException>("values", () => mask.Apply(ElementType.Float32, new byte[4]));
        Assert.Throws<ArgumentException>("other", () => mask.And(new SparsityMask([true])));
        Assert.Throws<ArgumentOutOfRangeException>(() => mask[2]);
    }
}
