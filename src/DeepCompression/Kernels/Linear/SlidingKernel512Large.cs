using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>One tile times one vector, codebooks of 64, 128 and 256: two slots a word, a permute for every 32 centroids.</summary>
internal static unsafe class SlidingKernel512Large
{
    private const int FieldBits = SlidingLayout.IndexBits + 8;

    /// <summary>Multiplies one tile; the parameters are those of <see cref="SlidingKernel512.Multiply"/>, with a step a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Multiply(uint* words, byte* steps, int count, float* codebook, int size, float* x)
    {
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0;
        byte* window = (byte*)x;
        uint* end = words + ((long)count * SlidingLayout.Lanes);
        for (; words < end; words += SlidingLayout.Lanes, steps++)
        {
            Sse.Prefetch0((byte*)words + SlidingLayout.PrefetchDistance);
            Vector512<int> word = Vector512.Load((int*)words);
            window += *steps * (SlidingLayout.StepUnit * sizeof(float));
            Vector512<float> left = Vector512.Load((float*)window), right = Vector512.Load((float*)window + 16);
            sum0 = Vector512.FusedMultiplyAdd(
                Avx512F.PermuteVar16x32x2(left, word, right), LookUp(codebook, size, word >>> SlidingLayout.IndexBits), sum0);
            sum1 = Vector512.FusedMultiplyAdd(
                Avx512F.PermuteVar16x32x2(left, word >>> FieldBits, right), LookUp(codebook, size, word >>> (FieldBits + SlidingLayout.IndexBits)), sum1);
        }

        return sum0 + sum1;
    }

    /// <summary>The centroids of 16 codes in the lowest 8 bits of the lanes; what is above is ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LookUp(float* codebook, int size, Vector512<int> codes)
    {
        Vector512<float> value = LookUp64(codebook, codes);
        if (size == 64)
            return value;
        Vector512<int> bit6 = (codes << 25) >> 31, bit7 = (codes << 24) >> 31;
        value = Vector512.ConditionalSelect(bit6.AsSingle(), LookUp64(codebook + 64, codes), value);
        if (size == 128)
            return value;
        Vector512<float> upper = Vector512.ConditionalSelect(bit6.AsSingle(), LookUp64(codebook + 192, codes), LookUp64(codebook + 128, codes));
        return Vector512.ConditionalSelect(bit7.AsSingle(), upper, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LookUp64(float* codebook, Vector512<int> codes)
    {
        Vector512<int> bit5 = (codes << 26) >> 31;
        return Vector512.ConditionalSelect(
            bit5.AsSingle(),
            Avx512F.PermuteVar16x32x2(Vector512.Load(codebook + 32), codes, Vector512.Load(codebook + 48)),
            Avx512F.PermuteVar16x32x2(Vector512.Load(codebook), codes, Vector512.Load(codebook + 16)));
    }
}
