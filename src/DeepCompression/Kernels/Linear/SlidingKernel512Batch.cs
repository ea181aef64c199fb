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
        Vector512<float> low = Vector512.Load(codebook), high = Vector512.Load(codebook + 16), left, right, first, second;
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0, more0 = sum0, more1 = sum0;
        byte* window = (byte*)x;
        uint* end = words + ((long)count * SlidingLayout.Lanes);
        for (; words < end; words += 2 * SlidingLayout.Lanes, steps += 3)
        {
            Sse.Prefetch0((byte*)words + SlidingLayout.PrefetchDistance);
            Sse.Prefetch0((byte*)words + SlidingLayout.PrefetchDistance + 64);
            uint three = *(uint*)steps;
            Vector512<int> word = Vector512.Load((int*)words), next = Vector512.Load((int*)words + SlidingLayout.Lanes), one, two;
            window += SlidingLayout.GetStepBytes(three);
            one = word;
            two = word >>> 10;
            first = Avx512F.PermuteVar16x32x2(low, word >>> 5, high);
            second = Avx512F.PermuteVar16x32x2(low, word >>> 15, high);
            left = Vector512.Load((float*)(window));
            right = Vector512.Load((float*)(window) + 16);
            sum0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum0);
            more0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more0);
            left = Vector512.Load((float*)(window + stride));
            right = Vector512.Load((float*)(window + stride) + 16);
            sum1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum1);
            more1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more1);
            window += SlidingLayout.GetStepBytes(three >> 8);
            one = word >>> 20;
            two = next;
            first = Avx512F.PermuteVar16x32x2(low, word >>> 25, high);
            second = Avx512F.PermuteVar16x32x2(low, next >>> 5, high);
            left = Vector512.Load((float*)(window));
            right = Vector512.Load((float*)(window) + 16);
            sum0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum0);
            more0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more0);
            left = Vector512.Load((float*)(window + stride));
            right = Vector512.Load((float*)(window + stride) + 16);
            sum1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum1);
            more1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more1);
            window += SlidingLayout.GetStepBytes(three >> 16);
            one = next >>> 10;
            two = next >>> 20;
            first = Avx512F.PermuteVar16x32x2(low, next >>> 15, high);
            second = Avx512F.PermuteVar16x32x2(low, next >>> 25, high);
            left = Vector512.Load((float*)(window));
            right = Vector512.Load((float*)(window) + 16);
            sum0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum0);
            more0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more0);
            left = Vector512.Load((float*)(window + stride));
            right = Vector512.Load((float*)(window + stride) + 16);
            sum1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum1);
            more1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more1);
        }

        sums[0] = sum0 + more0;
        sums[1] = sum1 + more1;
    }

    /// <summary>Multiplies one tile by four vectors that lie <paramref name="stride"/> bytes apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply4(uint* words, byte* steps, int count, float* codebook, float* x, nint stride, Vector512<float>* sums)
    {
        Vector512<float> low = Vector512.Load(codebook), high = Vector512.Load(codebook + 16), left, right, first, second;
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0, more0 = sum0, more1 = sum0, more2 = sum0, more3 = sum0;
        byte* window = (byte*)x;
        uint* end = words + ((long)count * SlidingLayout.Lanes);
        for (; words < end; words += 2 * SlidingLayout.Lanes, steps += 3)
        {
            Sse.Prefetch0((byte*)words + SlidingLayout.PrefetchDistance);
            Sse.Prefetch0((byte*)words + SlidingLayout.PrefetchDistance + 64);
            uint three = *(uint*)steps;
            Vector512<int> word = Vector512.Load((int*)words), next = Vector512.Load((int*)words + SlidingLayout.Lanes), one, two;
            window += SlidingLayout.GetStepBytes(three);
            one = word;
            two = word >>> 10;
            first = Avx512F.PermuteVar16x32x2(low, word >>> 5, high);
            second = Avx512F.PermuteVar16x32x2(low, word >>> 15, high);
            left = Vector512.Load((float*)(window));
            right = Vector512.Load((float*)(window) + 16);
            sum0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum0);
            more0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more0);
            left = Vector512.Load((float*)(window + stride));
            right = Vector512.Load((float*)(window + stride) + 16);
            sum1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum1);
            more1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more1);
            left = Vector512.Load((float*)(window + (2 * stride)));
            right = Vector512.Load((float*)(window + (2 * stride)) + 16);
            sum2 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum2);
            more2 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more2);
            left = Vector512.Load((float*)(window + (3 * stride)));
            right = Vector512.Load((float*)(window + (3 * stride)) + 16);
            sum3 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum3);
            more3 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more3);
            window += SlidingLayout.GetStepBytes(three >> 8);
            one = word >>> 20;
            two = next;
            first = Avx512F.PermuteVar16x32x2(low, word >>> 25, high);
            second = Avx512F.PermuteVar16x32x2(low, next >>> 5, high);
            left = Vector512.Load((float*)(window));
            right = Vector512.Load((float*)(window) + 16);
            sum0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum0);
            more0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more0);
            left = Vector512.Load((float*)(window + stride));
            right = Vector512.Load((float*)(window + stride) + 16);
            sum1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum1);
            more1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more1);
            left = Vector512.Load((float*)(window + (2 * stride)));
            right = Vector512.Load((float*)(window + (2 * stride)) + 16);
            sum2 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum2);
            more2 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more2);
            left = Vector512.Load((float*)(window + (3 * stride)));
            right = Vector512.Load((float*)(window + (3 * stride)) + 16);
            sum3 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum3);
            more3 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more3);
            window += SlidingLayout.GetStepBytes(three >> 16);
            one = next >>> 10;
            two = next >>> 20;
            first = Avx512F.PermuteVar16x32x2(low, next >>> 15, high);
            second = Avx512F.PermuteVar16x32x2(low, next >>> 25, high);
            left = Vector512.Load((float*)(window));
            right = Vector512.Load((float*)(window) + 16);
            sum0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum0);
            more0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more0);
            left = Vector512.Load((float*)(window + stride));
            right = Vector512.Load((float*)(window + stride) + 16);
            sum1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum1);
            more1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more1);
            left = Vector512.Load((float*)(window + (2 * stride)));
            right = Vector512.Load((float*)(window + (2 * stride)) + 16);
            sum2 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum2);
            more2 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more2);
            left = Vector512.Load((float*)(window + (3 * stride)));
            right = Vector512.Load((float*)(window + (3 * stride)) + 16);
            sum3 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, one, right), first, sum3);
            more3 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32x2(left, two, right), second, more3);
        }

        sums[0] = sum0 + more0;
        sums[1] = sum1 + more1;
        sums[2] = sum2 + more2;
        sums[3] = sum3 + more3;
    }
}
