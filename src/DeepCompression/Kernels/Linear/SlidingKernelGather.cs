using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>One tile times one vector where no permute reaches 32 numbers: AVX2 gathers, else one lane after the other.</summary>
internal static unsafe class SlidingKernelGather
{
    /// <summary>Multiplies one tile with two gathers a slot and half tile; writes 16 sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply256(uint* words, byte* steps, int count, int slotsAWord, float* codebook, float* x, float* sums)
    {
        int codeBits = slotsAWord == 3 ? 5 : 8, fieldBits = SlidingLayout.IndexBits + codeBits;
        Vector256<int> indexMask = Vector256.Create(SlidingLayout.Window - 1), codeMask = Vector256.Create((1 << codeBits) - 1);
        Vector256<float> sum0 = Vector256<float>.Zero, sum1 = sum0;
        for (int w = 0, number = 0; w < count; w++, words += SlidingLayout.Lanes)
        {
            Vector256<int> word0 = Vector256.Load((int*)words), word1 = Vector256.Load((int*)words + 8);
            for (int slot = 0; slot < slotsAWord; slot++)
            {
                if (number++ % SlidingLayout.SlotsAStep == 0)
                    x += *steps++ * SlidingLayout.StepUnit;
                sum0 = Vector256.MultiplyAddEstimate(
                    Avx2.GatherVector256(x, word0 & indexMask, sizeof(float)),
                    Avx2.GatherVector256(codebook, (word0 >>> SlidingLayout.IndexBits) & codeMask, sizeof(float)), sum0);
                sum1 = Vector256.MultiplyAddEstimate(
                    Avx2.GatherVector256(x, word1 & indexMask, sizeof(float)),
                    Avx2.GatherVector256(codebook, (word1 >>> SlidingLayout.IndexBits) & codeMask, sizeof(float)), sum1);
                word0 >>>= fieldBits;
                word1 >>>= fieldBits;
            }
        }

        sum0.Store(sums);
        sum1.Store(sums + 8);
    }

    /// <summary>Multiplies one tile lane by lane: SSE and NEON have no gather; writes 16 sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyScalar(uint* words, byte* steps, int count, int slotsAWord, float* codebook, float* x, float* sums)
    {
        int codeBits = slotsAWord == 3 ? 5 : 8, fieldBits = SlidingLayout.IndexBits + codeBits;
        uint codeMask = (1u << codeBits) - 1;
        new Span<float>(sums, SlidingLayout.Lanes).Clear();
        for (int w = 0, number = 0; w < count; w++, words += SlidingLayout.Lanes)
        {
            for (int slot = 0; slot < slotsAWord; slot++)
            {
                if (number++ % SlidingLayout.SlotsAStep == 0)
                    x += *steps++ * SlidingLayout.StepUnit;
                int shift = slot * fieldBits;
                for (int lane = 0; lane < SlidingLayout.Lanes; lane++)
                {
                    uint field = words[lane] >> shift;
                    sums[lane] += x[field & (SlidingLayout.Window - 1)] * codebook[(field >> SlidingLayout.IndexBits) & codeMask];
                }
            }
        }
    }
}
