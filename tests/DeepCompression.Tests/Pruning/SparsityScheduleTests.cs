using DeepCompression.Pruning;

namespace DeepCompression.Tests.Pruning;

public sealed class SparsityScheduleTests
{
    [Fact]
    public void OneShot_AnyStep_IsTheTarget()
    {
        Func<int, double> schedule = SparsitySchedule.OneShot(0.9);
        Assert.Equal((0.9, 0.9), (schedule(0), schedule(1000)));
    }

    [Fact]
    public void Iterative_EachRound_PrunesTheSameShareOfWhatIsLeft()
    {
        Func<int, double> schedule = SparsitySchedule.Iterative(0.936, rounds: 3, interval: 10);
        Assert.Equal(0.6, schedule(0), 12);
        Assert.Equal(0.6, schedule(9), 12);
        Assert.Equal(0.84, schedule(10), 12);
        Assert.Equal(0.936, schedule(20));
        Assert.Equal(0.936, schedule(int.MaxValue));
    }

    [Fact]
    public void Cubic_BetweenBeginAndEnd_FollowsTheFormula()
    {
        Func<int, double> schedule = SparsitySchedule.Cubic(0.1, 0.9, begin: 100, end: 300);
        Assert.Equal(0.1, schedule(0));
        Assert.Equal(0.1, schedule(100));
        Assert.Equal(0.9 - 0.8 * 0.125, schedule(200), 12);
        Assert.Equal(0.9, schedule(300));
        Assert.Equal(0.9, schedule(301));
    }

    [Fact]
    public void Cubic_WithInterval_StaysBetweenPrunings()
    {
        Func<int, double> every = SparsitySchedule.Cubic(0, 0.9, 0, 100), tenth = SparsitySchedule.Cubic(0, 0.9, 0, 100, interval: 10);
        Assert.Equal(every(50), tenth(50));
        Assert.Equal(every(50), tenth(59));
        Assert.Equal(every(60), tenth(60));
    }

    [Fact]
    public void Schedules_BadNumbers_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>("target", () => SparsitySchedule.OneShot(1.5));
        Assert.Throws<ArgumentOutOfRangeException>("rounds", () => SparsitySchedule.Iterative(0.5, 0));
        Assert.Throws<ArgumentOutOfRangeException>("end", () => SparsitySchedule.Cubic(0, 0.5, 5, 5));
        Assert.Throws<ArgumentOutOfRangeException>("step", () => SparsitySchedule.OneShot(0.5)(-1));
    }
}
