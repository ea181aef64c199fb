using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>
/// One tile times one vector, codebook of 32 in two registers: a slot is a permute of the window, a permute of the
/// codebook and a multiply-add. The words are 10.7 bits a slot and lane; from a far memory, reading them is the limit, otherwise loads are.
/// </summary>
internal static unsafe class SlidingKernel512
{
    /// <summary>Multiplies a run of tiles whose rows are neighbours: y = W x + bias.</summary>
    /// <param name="layout">The weights, three slots a word, every tile in order.</param>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="endTile">The tile behind the last.</param>
    /// <param name="x">The inputs, <see cref="SlidingLayout.InputPadding"/> more readable: no window starts beyond the last input.</param>
    /// <param name="y">The result of row 0.</param>
    /// <param name="bias">The bias of row 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyInOrder(SlidingLayout layout, int firstTile, int endTile, float* x, float* y, float* bias)
    {
        int[] tileWords = layout.TileWords, groups = layout.TileGroups;
        uint* words = layout.Words + ((long)tileWords[firstTile] * SlidingLayout.Lanes);
        byte* steps = layout.Steps + ((long)tileWords[firstTile] * 3 / SlidingLayout.SlotsAStep);
        int* order = layout.OrderPointer + (firstTile * SlidingLayout.Lanes);
        for (int tile = firstTile; tile < endTile; tile++, order += SlidingLayout.Lanes)
        {
            int count = tileWords[tile + 1] - tileWords[tile];
            Vector512<float> sum = Sum(words, steps, count, layout.Codebook + (groups[tile] * layout.GroupSize), x);
            words += count * SlidingLayout.Lanes;
            steps += count * 3 / SlidingLayout.SlotsAStep;
            if (order[SlidingLayout.Lanes - 1] >= 0)
            {
                (sum + Vector512.Load(bias + order[0])).Store(y + order[0]);
                continue;
            }

            for (int lane = 0; lane < SlidingLayout.Lanes && order[lane] >= 0; lane++)
                y[order[lane]] = sum[lane] + bias[order[lane]];
        }
    }

    /// <summary>Multiplies one tile.</summary>
    /// <param name="words">The tile's words; 64 bytes each, aligned.</param>
    /// <param name="steps">The tile's steps, three for two words, <see cref="SlidingLayout.StepPadding"/> more readable.</param>
    /// <param name="count">The number of words, even.</param>
    /// <param name="codebook">32 centroids.</param>
    /// <param name="x">The inputs, <see cref="SlidingLayout.InputPadding"/> more readable: no window starts beyond the last input.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Multiply(uint* words, byte* steps, int count, float* codebook, float* x) => Sum(words, steps, count, codebook, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sum(uint* words, byte* steps, int count, float* codebook, float* x)
    {
        Vector512<float> low = Vector512.Load(codebook), high = Vector512.Load(codebook + 16);
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0, sum4 = sum0, sum5 = sum0, left, right;
        byte* window = (byte*)x;
        uint* end = words + ((long)count * SlidingLayout.Lanes);
        for (; words < end; words += 2 * SlidingLayout.Lanes, steps += 3)
        {
            Sse.Prefetch0((byte*)words + SlidingLayout.PrefetchDistance);
            Sse.Prefetch0((byte*)words + SlidingLayout.PrefetchDistance + 64);
            uint three = *(uint*)steps; // steps: loads are the limit
            Vector512<int> word = Vector512.Load((int*)words), next = Vector512.Load((int*)words + SlidingLayout.Lanes);
            window += SlidingLayout.GetStepBytes(three);
            left = Vector512.Load((float*)window);
            right = Vector512.Load((float*)window + 16);
            sum0 = Vector512.FusedMultiplyAdd(
                Avx512F.PermuteVar16x32x2(left, word, right), Avx512F.PermuteVar16x32x2(low, word >>> 5, high), sum0);
            sum1 = Vector512.FusedMultiplyAdd(
                Avx512F.PermuteVar16x32x2(left, word >>> 10, right), Avx512F.PermuteVar16x32x2(low, word >>> 15, high), sum1);
            window += SlidingLayout.GetStepBytes(three >> 8);
            left = Vector512.Load((float*)window);
            right = Vector512.Load((float*)window + 16);
            sum2 = Vector512.FusedMultiplyAdd(
                Avx512F.PermuteVar16x32x2(left, word >>> 20, right), Avx512F.PermuteVar16x32x2(low, word >>> 25, high), sum2);
            sum3 = Vector512.FusedMultiplyAdd(
                Avx512F.PermuteVar16x32x2(left, next, right), Avx512F.PermuteVar16x32x2(low, next >>> 5, high), sum3);
            window += SlidingLayout.GetStepBytes(three >> 16);
            left = Vector512.Load((float*)window);
            right = Vector512.Load((float*)window + 16);
            sum4 = Vector512.FusedMultiplyAdd(
                Avx512F.PermuteVar16x32x2(left, next >>> 10, right), Avx512F.PermuteVar16x32x2(low, next >>> 15, high), sum4);
            sum5 = Vector512.FusedMultiplyAdd(
                Avx512F.PermuteVar16x32x2(left, next >>> 20, right), Avx512F.PermuteVar16x32x2(low, next >>> 25, high), sum5);
        }

        return sum0 + sum1 + (sum2 + sum3) + (sum4 + sum5);
    }
}
