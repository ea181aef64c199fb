using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>One tile times two or four vectors, codebook of 32: a weight is looked up once for all vectors.</summary>
internal static unsafe class SlidingKernel512Batch
{
    /// <summary>Multiplies one tile by two vectors that lie <paramref name="stride"/> bytes apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply2(uint* words, byte* steps, int count, float* codebook, float* x, nint stride, Vector512<float>* sums)
    {
        Vector512<float> low = Vector512.Load(codebook), high = Vector512.Load(codebook + 16);
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0;
        byte* window = (byte*)x;
        uint* end = words + ((long)count * SlidingLayout.Lanes);
        for (; words < end; words += SlidingLayout.Lanes)
        {
            Vector512<int> word = Vector512.Load((int*)words);
            for (int slot = 0; slot < 3; slot++, word >>>= 10)
            {
                window += *steps++ * (SlidingLayout.StepUnit * sizeof(float));
                Vector512<float> weight = Avx512F.PermuteVar16x32x2(low, word >>> 5, high);
                sum0 = Vector512.FusedMultiplyAdd(At(window, word), weight, sum0);
                sum1 = Vector512.FusedMultiplyAdd(At(window + stride, word), weight, sum1);
                (sum0, sum2) = (sum2, sum0); // two chains a vector
                (sum1, sum3) = (sum3, sum1);
            }
        }

        sums[0] = sum0 + sum2;
        sums[1] = sum1 + sum3;
    }

    /// <summary>Multiplies one tile by four vectors that lie <paramref name="stride"/> bytes apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply4(uint* words, byte* steps, int count, float* codebook, float* x, nint stride, Vector512<float>* sums)
    {
        Vector512<float> low = Vector512.Load(codebook), high = Vector512.Load(codebook + 16);
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0;
        byte* window = (byte*)x;
        uint* end = words + ((long)count * SlidingLayout.Lanes);
        for (; words < end; words += SlidingLayout.Lanes)
        {
            Vector512<int> word = Vector512.Load((int*)words);
            for (int slot = 0; slot < 3; slot++, word >>>= 10)
            {
                window += *steps++ * (SlidingLayout.StepUnit * sizeof(float));
                Vector512<float> weight = Avx512F.PermuteVar16x32x2(low, word >>> 5, high);
                sum0 = Vector512.FusedMultiplyAdd(At(window, word), weight, sum0);
                sum1 = Vector512.FusedMultiplyAdd(At(window + stride, word), weight, sum1);
                sum2 = Vector512.FusedMultiplyAdd(At(window + (2 * stride), word), weight, sum2);
                sum3 = Vector512.FusedMultiplyAdd(At(window + (3 * stride), word), weight, sum3);
            }
        }

        sums[0] = sum0;
        sums[1] = sum1;
        sums[2] = sum2;
        sums[3] = sum3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> At(byte* window, Vector512<int> word) =>
        Avx512F.PermuteVar16x32x2(Vector512.Load((float*)window), word, Vector512.Load((float*)window + 16));
}
