using DeepCompression.Kernels;

namespace DeepCompression.Tests.Kernels;

public sealed class TransposedConvolutionCostTests
{
    // Speed against stock measured on the machine of the fit, one thread: inputs, outputs, groups, kernel, stride, pad, size, density.
    [Theory]
    [InlineData(256, 128, 1, 4, 2, 1, 14, 0.05, 7.55)]
    [InlineData(256, 128, 1, 4, 2, 1, 14, 0.5, 1.54)]
    [InlineData(512, 256, 1, 2, 2, 0, 14, 0.2, 2.93)]
    [InlineData(64, 32, 1, 3, 2, 1, 40, 0.2, 2.89)]
    [InlineData(24, 24, 1, 2, 2, 0, 80, 0.2, 2.9)]
    [InlineData(32, 16, 1, 4, 4, 0, 30, 0.2, 2.73)]
    [InlineData(32, 32, 1, 3, 1, 1, 40, 0.2, 4.27)]
    [InlineData(64, 64, 64, 4, 2, 1, 28, 0.2, 2.18)]
    [InlineData(128, 128, 4, 4, 2, 1, 28, 0.2, 4.2)]
    [InlineData(16, 1, 1, 2, 2, 0, 80, 0.2, 1.07)]
    [InlineData(512, 256, 1, 4, 2, 1, 4, 0.5, 0.75)]
    public void Estimate_MeasuredLayers_AreWithinThirtyPercent(int inputs, int outputs, int groups, int kernel, int stride, int pad, int size, double density, double measured)
    {
        TransposedConvolutionGeometry geometry = new()
        {
            InputChannels = inputs, OutputChannels = outputs, Groups = groups, KernelHeight = kernel, KernelWidth = kernel, StrideHeight = stride, StrideWidth = stride,
            PadTop = pad, PadLeft = pad, PadBottom = pad, PadRight = pad,
        };
        double speedup = TransposedConvolutionCost.Estimate((long)((double)inputs * outputs / groups * kernel * kernel * density), geometry, size, size).Speedup;
        Assert.InRange(speedup, measured * 0.7, measured * 1.3);
    }
}
