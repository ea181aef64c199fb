using DeepCompression.Kernels;

namespace DeepCompression.Tests.Kernels;

public sealed class KernelCostTests
{
    // Speed against stock measured on the machine of the fit, one thread.
    [Theory]
    [InlineData(RecurrentKind.Lstm, 32, 0.4, 0.82)]
    [InlineData(RecurrentKind.Lstm, 128, 0.1, 2.45)]
    [InlineData(RecurrentKind.Lstm, 512, 0.1, 4.43)]
    [InlineData(RecurrentKind.Lstm, 512, 0.4, 1.88)]
    [InlineData(RecurrentKind.Gru, 32, 0.1, 1.06)]
    [InlineData(RecurrentKind.Gru, 128, 0.7, 1.01)]
    [InlineData(RecurrentKind.Gru, 512, 0.4, 2.07)]
    public void Recurrent_MeasuredLayers_AreWithinThirtyPercent(RecurrentKind kind, int units, double density, double measured)
    {
        RecurrentGeometry geometry = new() { Kind = kind, Inputs = units, Hidden = units };
        long weights = 2L * geometry.Gates * units * units;
        double speedup = KernelCost.Recurrent((long)(weights * density), geometry).Speedup;
        Assert.InRange(speedup, measured * 0.7, measured * 1.3);
    }
}
