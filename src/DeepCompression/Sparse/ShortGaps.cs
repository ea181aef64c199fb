using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace DeepCompression.Sparse;

/// <summary>Adds up eight gaps at once, where all are short.</summary>
internal static class ShortGaps
{
    /// <summary>Byte k of this is 1.</summary>
    public const ulong Ones = 0x0101010101010101;

    private const ulong NotShort = 0xe0e0e0e0e0e0e0e0; // of gap + 1: eight below 32 add up to less than 256

    /// <summary>Adds up gap + 1 of eight entries.</summary>
    /// <param name="gaps">The gaps, eight at least.</param>
    /// <param name="sums">Byte k is the sum of entries 0 to k; nothing where a gap is long.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TrySum(ReadOnlySpan<byte> gaps, out ulong sums)
    {
        ulong gap = BinaryPrimitives.ReadUInt64LittleEndian(gaps), step = gap + Ones;
        sums = step * Ones;
        return ((gap | step) & NotShort) == 0;
    }
}
