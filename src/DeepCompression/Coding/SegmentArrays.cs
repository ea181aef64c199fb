using System.Buffers;

namespace DeepCompression.Coding;

/// <summary>
/// Bytes for one segment, up to some megabytes. They are used again by the next segment, and go with the garbage when nothing is
/// coded any more: the runtime's own shared pool would keep them. (Bytes alone, cast where others are needed: one kind of pool starts sooner.)
/// </summary>
internal static class SegmentArrays
{
    private const int MaxLength = 8 << 20; // eight planes of a segment
    private static readonly WeakReference<ArrayPool<byte>?> _pool = new(null);

    /// <summary>The pool. An array may be returned to another one than it was rented from.</summary>
    public static ArrayPool<byte> Pool
    {
        get
        {
            if (_pool.TryGetTarget(out ArrayPool<byte>? pool))
                return pool;
            pool = ArrayPool<byte>.Create(MaxLength, 2 * Environment.ProcessorCount);
            _pool.SetTarget(pool);
            return pool;
        }
    }
}
