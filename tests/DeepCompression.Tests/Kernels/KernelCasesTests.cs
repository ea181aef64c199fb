namespace DeepCompression.Tests.Kernels;

/// <summary>What all kernels are compared with finds what it is there to find.</summary>
public class KernelCasesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void AssertClose_ElementThatWasNotWritten_Fails(int place)
    {
        float[] expected = [1, 2, 3], actual = [1, 2, 3];
        actual[place] = float.NaN;
        Assert.ThrowsAny<Exception>(() => KernelCases.AssertClose(expected, actual, "a layer"));
    }

    [Fact]
    public void AssertClose_ElementThatDiffers_Fails()
    {
        KernelCases.AssertClose([1, 2, 3], [1, 2.00002f, 3], "a layer");
        Assert.ThrowsAny<Exception>(() => KernelCases.AssertClose([1, 2, 3], [1, 2.0001f, 3], "a layer"));
    }
}
