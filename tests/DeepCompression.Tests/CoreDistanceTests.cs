namespace DeepCompression.Tests;

public class CoreDistanceTests
{
    [Fact]
    public void Measure_ManyAtOnce_EndsWithATimeOrNone()
    {
        Parallel.For(0, 16, _ =>
        {
            double nanoseconds = CoreDistance.Measure();
            Assert.True(nanoseconds > 1, $"{nanoseconds} ns");
        });
    }

    [Fact]
    public void Measure_TwoProcessorsAtRest_FindsTheOther()
    {
        if (Environment.ProcessorCount < 2)
            return;
        Assert.Contains(Enumerable.Range(0, 200), _ => CoreDistance.Measure() < 100_000);
    }

    [Fact]
    public void Leave_ItsProcessor_RunsOnAnother()
    {
        if (Environment.ProcessorCount < 2 || Processors.Current < 0)
            return;
        Thread thread = new(() =>
        {
            int first = Processors.Current;
            Processors.Leave(first);
            Assert.NotEqual(first, Processors.Current);
            Processors.Leave(Processors.Current); // perhaps the last
            Assert.NotEqual(first, Processors.Current);
        });
        thread.Start();
        thread.Join();
    }
}
