using DeepCompression.Sparse;

namespace DeepCompression.Tests.Sparse;

public sealed class DigitsTests
{
    [Theory]
    [InlineData(1, new byte[] { 1, 0, 1, 1, 0, 0, 0, 0, 1 }, new byte[] { 0b0000_1101, 1 })]
    [InlineData(2, new byte[] { 1, 2, 3 }, new byte[] { 0b0011_1001 })]
    [InlineData(4, new byte[] { 15, 1, 7 }, new byte[] { 0x1F, 0x07 })]
    [InlineData(8, new byte[] { 200, 3 }, new byte[] { 200, 3 })]
    public void Pack_EveryDigit_LowestBitsFirst(int bits, byte[] values, byte[] packed)
    {
        byte[] actual = new byte[Digits.GetPackedLength(values.Length, bits)];
        Digits.Pack(values, bits, actual);
        Assert.Equal(packed, actual);

        byte[] unpacked = new byte[values.Length];
        Digits.Unpack(packed, bits, unpacked);
        Assert.Equal(values, unpacked);
    }

    [Fact]
    public void Pack_ValueOverDigitOrShortDestination_Throws()
    {
        Assert.Throws<ArgumentException>(() => Digits.Pack([4], 2, new byte[1]));
        Assert.Throws<ArgumentException>(() => Digits.Pack([1, 1, 1], 4, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Digits.GetPackedLength(1, 3));
    }
}
