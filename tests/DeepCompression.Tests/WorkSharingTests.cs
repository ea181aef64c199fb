namespace DeepCompression.Tests;

public class WorkSharingTests
{
    [Theory]
    [InlineData(0, -1)]
    [InlineData(1, -1)]
    [InlineData(7, 1)]
    [InlineData(1000, 3)]
    [InlineData(1000, -1)]
    public void ForEach_AnyNumberOfThreads_DoesEveryPieceOnce(int count, int threads)
    {
        int[] done = new int[count];
        WorkSharing.ForEach(count, threads, i => Interlocked.Increment(ref done[i]));
        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Fact]
    public void ForEach_ManyCallersAtOnce_DoesEveryPieceOnce()
    {
        const int Callers = 8, Calls = 200, Pieces = 16;
        int[] done = new int[Callers * Calls * Pieces];
        Thread[] callers = [.. Enumerable.Range(0, Callers).Select(caller => new Thread(() =>
        {
            for (int call = 0; call < Calls; call++)
            {
                int first = ((caller * Calls) + call) * Pieces;
                WorkSharing.ForEach(Pieces, -1, i => Interlocked.Increment(ref done[first + i]));
                Assert.All(done[first..(first + Pieces)], times => Assert.Equal(1, times)); // when the call returns
            }
        }))];
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());
        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Fact]
    public void ForEach_WithinPieces_Ends()
    {
        int done = 0;
        WorkSharing.ForEach(4, -1, _ => WorkSharing.ForEach(4, -1, _ => WorkSharing.ForEach(4, -1, _ => Interlocked.Increment(ref done))));
        Assert.Equal(64, done);
    }

    [Fact]
    public void ForEach_PieceThatFails_ThrowsWhatItThrewAfterAllHaveStopped()
    {
        for (int attempt = 0; attempt < 100; attempt++)
        {
            int running = 0;
            InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => WorkSharing.ForEach(100, -1, i =>
            {
                Interlocked.Increment(ref running);
                Thread.SpinWait(50);
                try
                {
                    if (i == 3)
                        throw new InvalidDataException("piece 3");
                }
                finally
                {
                    Interlocked.Decrement(ref running);
                }
            }));
            Assert.Equal("piece 3", thrown.Message);
            Assert.Equal(0, Volatile.Read(ref running));
        }
    }

    [Fact]
    public void ForEach_SeveralThreads_SharesPieces()
    {
        if (Environment.ProcessorCount < 2)
            return;
        using Barrier barrier = new(2);
        bool met = false;
        WorkSharing.ForEach(2, 2, _ => met |= barrier.SignalAndWait(TimeSpan.FromSeconds(30))); // each waits for the other
        Assert.True(met);
    }
}
