namespace DeepCompression.Onnx.Tests;

public sealed class CalibratorTests
{
    [Fact]
    public void GetRanges_MinMax_IsWhatWasSeenAcrossCalls()
    {
        var calibrator = new Calibrator();
        calibrator.Observe("a", [0, 1, float.NaN]);
        calibrator.Observe("a", [-3, float.PositiveInfinity, 2]);
        calibrator.Observe("b", [float.NaN]);
        Assert.Equal(new ActivationRange(-3, 2), calibrator.GetRanges(CalibrationMethod.MinMax).Single().Value);
    }

    [Theory]
    [InlineData(CalibrationMethod.Percentile)]
    [InlineData(CalibrationMethod.Entropy)]
    public void GetRanges_OneOutlier_IsClipped(CalibrationMethod method)
    {
        var calibrator = new Calibrator { Percentile = 0.999 };
        calibrator.Observe("a", Graphs.Values(1, 1, 100_000));
        calibrator.Observe("a", [100]);
        ActivationRange range = calibrator.GetRanges(method)["a"];
        Assert.InRange(range.Max, 2.5f, 20f);
        Assert.InRange(range.Min, -20f, -2.5f);
    }

    [Fact]
    public void GetRanges_Percentile_IsTheQuantileOfMagnitudes()
    {
        var calibrator = new Calibrator { Percentile = 0.9 };
        for (int i = 1; i <= 1000; i++)
            calibrator.Observe("a", [i / 1000f]);
        Assert.Equal(0.9f, calibrator.GetRanges(CalibrationMethod.Percentile)["a"].Max, 0.002f);
    }

    [Theory]
    [InlineData(-1.28f, 1.27f, 128)]
    [InlineData(0f, 2.55f, 0)]
    [InlineData(1f, 2.55f, 0)]
    [InlineData(-2.55f, -1f, 255)]
    public void ToUInt8_AnyRange_RepresentsZero(float min, float max, byte zero) => Assert.Equal(zero, new ActivationRange(min, max).ToUInt8().Zero);
}
