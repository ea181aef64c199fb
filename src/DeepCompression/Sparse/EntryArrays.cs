using System.Buffers;

namespace DeepCompression.Sparse;

/// <summary>
/// Arrays of a matrix that lives only while a layer is built. Small ones are borrowed from the runtime's pool, so that the next layer
/// touches no new memory; that keeps what it gets for a minute, and large ones would weigh more in a process than all its weights.
/// </summary>
internal static class EntryArrays
{
    private const int LargestBorrowed = 1 << 18; // entries; a length that the pool has

    /// <summary>An array of at least so many elements, which are not set to anything.</summary>
    public static T[] Rent<T>(int length) => length <= LargestBorrowed ? ArrayPool<T>.Shared.Rent(length) : GC.AllocateUninitializedArray<T>(length);

    /// <summary>Takes an array back that nobody looks at any more.</summary>
    public static void Return<T>(T[] array)
    {
        if (array.Length <= LargestBorrowed)
            ArrayPool<T>.Shared.Return(array);
    }
}
