using DeepCompression.Sparse;

namespace DeepCompression.Tests.Sparse;

public class EntryArraysTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData((1 << 18) - 1)]
    [InlineData(1 << 18)]
    public void Rent_AfterReturn_GivesSmallArraysAgain(int length)
    {
        byte[] first = EntryArrays.Rent<byte>(length);
        Assert.True(first.Length >= length);
        EntryArrays.Return(first);
        Assert.Same(first, EntryArrays.Rent<byte>(length));
    }

    [Fact]
    public void Return_LargeArray_KeepsNothing()
    {
        WeakReference used = Use();
        GC.Collect();
        Assert.False(used.IsAlive);

        static WeakReference Use()
        {
            int[] array = EntryArrays.Rent<int>((1 << 18) + 1);
            EntryArrays.Return(array);
            return new WeakReference(array);
        }
    }
}
