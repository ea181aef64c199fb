using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>
/// One tile times one vector, codebook of 32 in two registers: a slot is a permute of the window, a permute of the
/// codebook and a multiply-add. The words are 10.7 bits a slot and lane; reading them is the limit.
/// </summary>
internal static unsafe class SlidingKernel512
{
    /// <summary>Multiplies one tile.</summary>
    /// <param name="words">The tile's words; 64 bytes each, aligned.</param>
    /// <param name="steps">The tile's steps, three a word.</param>
    /// <param name="count">The number of words.</param>
    /// <param name="codebook">32 centroids.</param>
    /// <param name="x">The inputs, <see cref="SlidingLayout.InputPadding"/> more readable: no window starts beyond the last input.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Multiply(uint* words, byte* steps, int count, float* codebook, float* x)
    {
        Vector512<float> low = Vector512.Load(codebook), high = Vector512.Load(codebook + 16);
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0, sum2 = sum0;
        byte* window = (byte*)x;
        uint* end = words + ((long)count * SlidingLayout.Lanes);
        for (; words < end; words += SlidingLayout.Lanes, steps += 3)
        {
            Vector512<int> word = Vector512.Load((int*)words);
            window += steps[0] * (SlidingLayout.StepUnit * sizeof(float));
            sum0 = Vector512.FusedMultiplyAdd(
                Avx512F.PermuteVar16x32x2(Vector512.Load((float*)window), word, Vector512.Load((float*)window + 16)),
                Avx512F.PermuteVar16x32x2(low, word >>> 5, high), sum0);
            window += steps[1] * (SlidingLayout.StepUnit * sizeof(float));
            sum1 = Vector512.FusedMultiplyAdd(
                Avx512F.PermuteVar16x32x2(Vector512.Load((float*)window), word >>> 10, Vector512.Load((float*)window + 16)),
                Avx512F.PermuteVar16x32x2(low, word >>> 15, high), sum1);
            window += steps[2] * (SlidingLayout.StepUnit * sizeof(float));
            sum2 = Vector512.FusedMultiplyAdd(
                Avx512F.PermuteVar16x32x2(Vector512.Load((float*)window), word >>> 20, Vector512.Load((float*)window + 16)),
                Avx512F.PermuteVar16x32x2(low, word >>> 25, high), sum2);
        }

        return sum0 + sum1 + sum2;
    }
}
