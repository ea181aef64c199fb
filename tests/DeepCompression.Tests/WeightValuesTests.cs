using System.Runtime.InteropServices;

namespace DeepCompression.Tests;

public sealed class WeightValuesTests
{
    [Fact]
    public void FromSingle_AfterToSingle_KeepsEveryFloat16AndBFloat16()
    {
        ushort[] patterns = [.. Enumerable.Range(0, 1 << 16).Select(i => (ushort)i)];
        foreach (ElementType type in (ElementType[])[ElementType.Float16, ElementType.BFloat16])
        {
            float[] singles = WeightValues.ToSingle(type, MemoryMarshal.AsBytes(patterns.AsSpan()));
            ushort[] back = new ushort[patterns.Length];
            WeightValues.FromSingle(type, singles, MemoryMarshal.AsBytes(back.AsSpan()));
            for (int i = 0; i < patterns.Length; i++)
                Assert.True(float.IsNaN(singles[i]) ? IsNaN(type, back[i]) : back[i] == patterns[i], $"{type} {i:x4} came back as {back[i]:x4}");
        }
    }

    [Theory]
    [InlineData(1.00390625f, 0x3F80)] // halfway between two: the even one
    [InlineData(1.01171875f, 0x3F82)]
    [InlineData(1.0039063692092896f, 0x3F81)] // just above halfway
    [InlineData(float.MaxValue, 0x7F80)]
    [InlineData(-0.0f, 0x8000)]
    public void FromSingle_ToBFloat16_RoundsToNearestEven(float value, int expected)
    {
        byte[] stored = new byte[2];
        WeightValues.FromSingle(ElementType.BFloat16, [value], stored);
        Assert.Equal(expected, BitConverter.ToUInt16(stored));
    }

    [Fact]
    public void WriteElement_DoubleJustOffABFloat16Tie_IsNotRoundedTwice()
    {
        byte[] stored = new byte[2];
        WeightValues.WriteElement(ElementType.BFloat16, 1.00390625 + 1e-12, stored, 0);
        Assert.Equal(0x3F81, BitConverter.ToUInt16(stored));
        WeightValues.WriteElement(ElementType.BFloat16, -1.01171875 + 1e-12, stored, 0);
        Assert.Equal(0xBF81, BitConverter.ToUInt16(stored));
    }

    [Fact]
    public void ToSingle_OfFloat64_RoundsAndOverflowsToInfinity()
    {
        double[] values = [0.1, 1e300, -1e-300];
        Assert.Equal([0.1f, float.PositiveInfinity, -0f], WeightValues.ToSingle(ElementType.Float64, MemoryMarshal.AsBytes(values.AsSpan())));
    }

    [Fact]
    public void ToSingle_BytesThatAreNoElementsOrDestinationTooShort_Throws()
    {
        Assert.Throws<ArgumentException>("source", () => WeightValues.ToSingle(ElementType.Float32, new byte[6], new float[9]));
        Assert.Throws<ArgumentException>("destination", () => WeightValues.ToSingle(ElementType.Float16, new byte[6], new float[2]));
        Assert.Throws<ArgumentException>("destination", () => WeightValues.FromSingle(ElementType.Float16, new float[2], new byte[3]));
    }

    private static bool IsNaN(ElementType type, ushort pattern) =>
        (pattern & 0x7FFF) > (type == ElementType.Float16 ? 0x7C00 : 0x7F80);
}
