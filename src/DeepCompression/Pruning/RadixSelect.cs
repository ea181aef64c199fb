using System.Numerics;

namespace DeepCompression.Pruning;

/// <summary>
/// Where to cut: prune every saliency below <see cref="Threshold"/>, and of those equal to it the first <see cref="Ties"/>.
/// </summary>
internal readonly record struct Cut(float Threshold, long Ties);

/// <summary>
/// Finds the n-th smallest saliency in O(length): three histogram passes over 11, 11 and 10 bits of a key that orders as the numbers do.
/// Only the first pass counts every element; the others count those that begin with the digits found so far.
/// </summary>
internal static class RadixSelect
{
    /// <summary>Counters that a pass needs.</summary>
    public const int Counters = 1 << 11;

    private static readonly (int Shift, int Bits)[] Digits = [(21, 11), (10, 11), (0, 10)];

    /// <summary>The cut that prunes exactly <paramref name="prune"/> elements of all weights together, fewer than there are. No element is NaN.</summary>
    public static Cut Find(ReadOnlySpan<ReadOnlyMemory<float>> saliencies, long prune)
    {
        long[] counts = new long[Counters];
        uint key = 0;
        foreach ((int shift, int bits) in Digits)
        {
            Array.Clear(counts);
            foreach (ReadOnlyMemory<float> saliency in saliencies)
                Count(saliency.Span, key, shift, bits, counts);
            key = key << bits | TakeDigit<long>(counts, ref prune);
        }

        return new Cut(FromKey(key), prune);
    }

    /// <summary>The same for one span.</summary>
    public static Cut Find(ReadOnlySpan<float> saliency, long prune)
    {
        long[] counts = new long[Counters];
        uint key = 0;
        foreach ((int shift, int bits) in Digits)
        {
            Array.Clear(counts);
            Count(saliency, key, shift, bits, counts);
            key = key << bits | TakeDigit<long>(counts, ref prune);
        }

        return new Cut(FromKey(key), prune);
    }

    /// <summary>The same for a short span, without tasks or allocation; the scratch is of <see cref="Counters"/> numbers.</summary>
    public static Cut FindInRow(ReadOnlySpan<float> saliency, long prune, Span<int> scratch)
    {
        Span<int> counts = scratch[..Counters];
        uint key = 0;
        foreach ((int shift, int bits) in Digits)
        {
            counts.Clear();
            CountChunk(saliency, key, shift, bits, counts);
            key = key << bits | TakeDigit<int>(counts, ref prune);
        }

        return new Cut(FromKey(key), prune);
    }

    private static void Count(ReadOnlySpan<float> saliency, uint prefix, int shift, int bits, long[] counts)
    {
        SpanChunks.For(saliency, (chunk, _) =>
        {
            Span<int> own = stackalloc int[Counters];
            CountChunk(chunk, prefix, shift, bits, own);
            lock (counts)
            {
                for (int i = 0; i < own.Length; i++)
                    counts[i] += own[i];
            }
        });
    }

    private static void CountChunk(ReadOnlySpan<float> saliency, uint prefix, int shift, int bits, Span<int> counts)
    {
        uint mask = (1u << bits) - 1;
        if (shift + bits == 32)
        {
            foreach (float value in saliency)
                counts[(int)(ToKey(value) >> shift)]++;
            return;
        }

        // No key beyond the prefix's range is counted; the range check is one subtraction.
        uint first = prefix << (shift + bits), range = (1u << (shift + bits)) - 1;
        foreach (float value in saliency)
        {
            uint offset = ToKey(value) - first;
            if (offset <= range)
                counts[(int)(offset >> shift & mask)]++;
        }
    }

    /// <summary>The digit of the element that has <paramref name="rank"/> elements before it; the rank becomes that within the digit.</summary>
    private static uint TakeDigit<T>(ReadOnlySpan<T> counts, ref long rank)
        where T : struct, IBinaryInteger<T>
    {
        int digit = 0;
        for (; long.CreateTruncating(counts[digit]) <= rank; digit++)
            rank -= long.CreateTruncating(counts[digit]);
        return (uint)digit;
    }

    /// <summary>Orders as the numbers do; adding +0 makes -0 and +0 one number.</summary>
    private static uint ToKey(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return bits ^ ((uint)((int)bits >> 31) | 0x8000_0000);
    }

    private static float FromKey(uint key) =>
        BitConverter.UInt32BitsToSingle((key & 0x8000_0000) != 0 ? key ^ 0x8000_0000 : ~key);
}
