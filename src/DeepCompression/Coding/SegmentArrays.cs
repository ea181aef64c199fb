using System.Buffers;

namespace DeepCompression.Coding;

/// <summary>
/// Arrays for one segment, of up to some megabytes. They are used again by the next segment, and go with the garbage when nothing is
/// coded any more: the runtime's own shared pool would keep them.
/// </summary>
internal static class SegmentArrays<T>
    where T : unmanaged
{
    private const int MaxLength = 8 << 20; // eight planes of a segment
    private static readonly WeakReference<ArrayPool<T>?> _pool = new(null);

    /// <summary>The pool. An array may be returned to another one than it was rented from.</summary>
    public static ArrayPool<T> Pool
    {
        get
        {
            if (_pool.TryGetTarget(out ArrayPool<T>? pool))
                return pool;
            pool = ArrayPool<T>.Create(MaxLength, 2 * Environment.ProcessorCount);
            _pool.SetTarget(pool);
            return pool;
        }
    }
}
