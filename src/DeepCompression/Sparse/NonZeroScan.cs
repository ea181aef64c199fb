using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Sparse;

/// <summary>Finds the elements that are not zero: first as one bit an element, then as positions.</summary>
internal static class NonZeroScan
{
    /// <summary>Writes one bit an element, 1 where the code is not 0; element i is bit i % 64 of word i / 64.</summary>
    /// <returns>The number of ones.</returns>
    public static int WriteMask(ReadOnlySpan<byte> codes, Span<ulong> mask)
    {
        int count = 0;
        int word = 0;
        for (; (word + 1) * 64 <= codes.Length; word++)
        {
            ulong bits = ~Vector512.Equals(Vector512.Create(codes.Slice(word * 64, 64)), Vector512<byte>.Zero).ExtractMostSignificantBits();
            mask[word] = bits;
            count += BitOperations.PopCount(bits);
        }

        return count + WriteTail(codes[(word * 64)..], mask[word..]);
    }

    /// <summary>Writes one bit an element, 1 where the bit pattern is not that of +0.</summary>
    /// <returns>The number of ones.</returns>
    public static int WriteMask(ReadOnlySpan<byte> values, int elementSize, Span<ulong> mask) => elementSize switch
    {
        2 => WriteTail(MemoryMarshal.Cast<byte, ushort>(values), mask),
        4 => WriteTail(MemoryMarshal.Cast<byte, uint>(values), mask),
        _ => WriteTail(MemoryMarshal.Cast<byte, ulong>(values), mask),
    };

    /// <summary>Writes the numbers of the ones of a mask, ascending.</summary>
    /// <returns>The number of positions.</returns>
    public static int WritePositions(ReadOnlySpan<ulong> mask, Span<int> positions)
    {
        int count = 0;
        for (int word = 0; word < mask.Length; word++)
        {
            for (ulong bits = mask[word]; bits != 0; bits &= bits - 1)
                positions[count++] = (word * 64) + BitOperations.TrailingZeroCount(bits);
        }

        return count;
    }

    private static int WriteTail<T>(ReadOnlySpan<T> elements, Span<ulong> mask)
        where T : unmanaged, INumber<T>
    {
        int count = 0;
        for (int start = 0; start < elements.Length; start += 64)
        {
            ReadOnlySpan<T> block = elements.Slice(start, Math.Min(64, elements.Length - start));
            ulong bits = 0;
            for (int i = 0; i < block.Length; i++)
                bits |= (block[i] == T.Zero ? 0UL : 1UL) << i;
            mask[start / 64] = bits;
            count += BitOperations.PopCount(bits);
        }

        return count;
    }
}
