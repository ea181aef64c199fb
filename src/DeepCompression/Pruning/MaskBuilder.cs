using System.Runtime.Intrinsics;

namespace DeepCompression.Pruning;

/// <summary>Turns a cut into mask bits.</summary>
internal static class MaskBuilder
{
    /// <summary>The mask that a cut makes of one weight; <paramref name="ties"/> is lowered by the ties that were pruned here.</summary>
    public static SparsityMask Build(ReadOnlySpan<float> saliency, float threshold, ref long ties)
    {
        ulong[] words = SparsityMask.NewWords(saliency.Length);
        int[] equal = new int[SpanChunks.Count(saliency.Length)];
        if (ties > 0)
            SpanChunks.For(saliency, (chunk, start) => equal[start / SpanChunks.Length] = chunk.Count(threshold));

        // Ties are pruned from the lowest index on: a piece prunes all of its own, none of them, or (one piece only) the first few.
        int[] quotas = new int[equal.Length];
        for (int i = 0; i < quotas.Length; i++)
        {
            quotas[i] = (int)Math.Min(equal[i], ties);
            ties -= quotas[i];
        }

        SpanChunks.For(saliency, (chunk, start) =>
        {
            int index = start / SpanChunks.Length;
            Span<ulong> own = words.AsSpan(start >> 6, (chunk.Length + 63) >> 6);
            Fill(chunk, threshold, keepEqual: quotas[index] == 0, own);
            if (quotas[index] > 0 && quotas[index] < equal[index])
                KeepEqualAfter(chunk, threshold, quotas[index], own);
        });
        return new SparsityMask(saliency.Length, words);
    }

    /// <summary>Sets the bits <paramref name="offset"/> and on of the elements of a short run that a cut keeps.</summary>
    public static void SetRun(ReadOnlySpan<float> saliency, Cut cut, Span<ulong> words, long offset)
    {
        long ties = cut.Ties;
        for (int i = 0; i < saliency.Length; i++)
        {
            if (saliency[i] > cut.Threshold || (saliency[i] == cut.Threshold && --ties < 0))
                words[(int)((offset + i) >> 6)] |= 1UL << (int)((offset + i) & 63);
        }
    }

    private static void Fill(ReadOnlySpan<float> saliency, float threshold, bool keepEqual, Span<ulong> words)
    {
        Vector256<float> limit = Vector256.Create(threshold);
        int i = 0;
        for (; i + 64 <= saliency.Length; i += 64)
        {
            ulong word = 0;
            for (int lane = 0; lane < 64; lane += Vector256<float>.Count)
            {
                Vector256<float> values = Vector256.Create(saliency.Slice(i + lane, Vector256<float>.Count));
                Vector256<float> kept = keepEqual ? Vector256.GreaterThanOrEqual(values, limit) : Vector256.GreaterThan(values, limit);
                word |= (ulong)kept.ExtractMostSignificantBits() << lane;
            }

            words[i >> 6] = word;
        }

        for (; i < saliency.Length; i++)
        {
            if (saliency[i] > threshold || (keepEqual && saliency[i] == threshold))
                words[i >> 6] |= 1UL << (i & 63);
        }
    }

    private static void KeepEqualAfter(ReadOnlySpan<float> saliency, float threshold, int pruned, Span<ulong> words)
    {
        for (int i = 0; i < saliency.Length; i++)
        {
            if (saliency[i] == threshold && --pruned < 0)
                words[i >> 6] |= 1UL << (i & 63);
        }
    }
}
