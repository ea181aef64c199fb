using DeepCompression.Kernels;

namespace DeepCompression.Tests.Kernels;

public class ScratchPoolTests
{
    [Fact]
    public unsafe void Rent_ManyThreads_GivesEachMemoryOfItsOwn()
    {
        Parallel.For(0, 8, thread =>
        {
            Random random = new(thread);
            for (int round = 0; round < 500; round++)
            {
                using ScratchPool pool = new();
                int length = random.Next(1, 5000);
                NativeBuffer first = pool.Rent(length * sizeof(int)), second = pool.Rent(sizeof(int));
                Assert.True(first.Bytes >= length * sizeof(int) && first.Pointer != second.Pointer);
                Span<int> numbers = new(first.Pointer, length);
                numbers.Fill(thread);
                *(int*)second.Pointer = -1 - thread;
                Thread.Yield();
                Assert.False(numbers.ContainsAnyExcept(thread));
                Assert.Equal(-1 - thread, *(int*)second.Pointer);
                pool.Return(first);
                pool.Return(second);
            }
        });
    }

    [Fact]
    public void Dispose_Twice_CountsOnce()
    {
        ScratchPool pool = new();
        using ScratchPool other = new();
        pool.Dispose();
        pool.Dispose();
        other.Return(other.Rent(100));
    }
}
