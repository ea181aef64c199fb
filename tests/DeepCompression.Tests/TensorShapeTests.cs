namespace DeepCompression.Tests;

public sealed class TensorShapeTests
{
    [Fact]
    public void Length_ScalarAndEmptyAndMatrix_IsProductOfDimensions()
    {
        Assert.Equal(1, default(TensorShape).Length);
        Assert.Equal(1, new TensorShape().Length);
        Assert.Equal(0, new TensorShape(5, 0, long.MaxValue).Length);
        Assert.Equal(12, new TensorShape(3, 4).Length);
    }

    [Fact]
    public void Constructor_MoreElementsThanAnArrayHolds_Throws()
    {
        Assert.Throws<ArgumentException>(() => new TensorShape(1 << 16, 1 << 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TensorShape(-1));
    }

    [Fact]
    public void ToString_OfRankTwo_JoinsWithCrosses() => Assert.Equal("3x4", new TensorShape(3, 4).ToString());
}
