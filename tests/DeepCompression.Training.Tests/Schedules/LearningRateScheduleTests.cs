using DeepCompression.Training.Schedules;

namespace DeepCompression.Training.Tests.Schedules;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void GetRate_Cosine_FallsFromFirstToFinal()
    {
        CosineRate cosine = new(0.4, 0.1);
        Assert.Equal(0.4, cosine.GetRate(0, 100), 12);
        Assert.Equal(0.25, cosine.GetRate(50, 100), 12);
        Assert.Equal(0.1, cosine.GetRate(100, 100), 12);
        Assert.All(Enumerable.Range(1, 99), step => Assert.True(cosine.GetRate(step, 100) < cosine.GetRate(step - 1, 100)));
    }

    [Fact]
    public void GetRate_Step_FallsByTheFactorAtEachPiece()
    {
        StepRate steps = new(1, 0.1, 3);
        Assert.Equal([1, 1, 0.1, 0.1, 0.01, 0.01], Enumerable.Range(0, 6).Select(step => Math.Round(steps.GetRate(step, 6), 12)));
    }

    [Fact]
    public void GetRate_WarmUp_RisesThenFollowsTheOther()
    {
        WarmUp schedule = new(4, new CosineRate(1));
        Assert.Equal([0.2, 0.4, 0.6, 0.8, 1], Enumerable.Range(0, 5).Select(step => Math.Round(schedule.GetRate(step, 104), 12)));
        Assert.Equal(0.5, schedule.GetRate(54, 104), 12);
        Assert.InRange(schedule.GetRate(1, 2), 0, 1);
    }

    [Fact]
    public void Constructor_InvalidRate_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantRate(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineRate(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepRate(1, 0.1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WarmUp(-1, new ConstantRate(1)));
    }
}
