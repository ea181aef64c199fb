using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>One tile of codes times one vector where no permute reaches the codebook: AVX2 gathers, else lane by lane.</summary>
internal static unsafe class SharedKernelGather
{
    /// <summary>Multiplies one tile, a gather for half a tile and column; writes 16 sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply256(uint* words, int count, int bits, float* codebook, float* x, float* sums)
    {
        int codesAWord = 32 / bits;
        Vector256<int> mask = Vector256.Create((1 << bits) - 1);
        Vector256<float> sum0 = Vector256<float>.Zero, sum1 = sum0;
        for (int w = 0; w < count; w++, words += SharedLayout.Lanes)
        {
            Vector256<int> word0 = Vector256.Load((int*)words), word1 = Vector256.Load((int*)words + 8);
            for (int code = 0; code < codesAWord; code++, x++)
            {
                Vector256<float> input = Vector256.Create(*x);
                sum0 = Vector256.MultiplyAddEstimate(Avx2.GatherVector256(codebook, word0 & mask, sizeof(float)), input, sum0);
                sum1 = Vector256.MultiplyAddEstimate(Avx2.GatherVector256(codebook, word1 & mask, sizeof(float)), input, sum1);
                word0 >>>= bits;
                word1 >>>= bits;
            }
        }

        sum0.Store(sums);
        sum1.Store(sums + 8);
    }

    /// <summary>Multiplies one tile lane by lane; writes 16 sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyScalar(uint* words, int count, int bits, float* codebook, float* x, float* sums)
    {
        int codesAWord = 32 / bits;
        uint mask = (1u << bits) - 1;
        new Span<float>(sums, SharedLayout.Lanes).Clear();
        for (int w = 0; w < count; w++, words += SharedLayout.Lanes, x += codesAWord)
        {
            for (int lane = 0; lane < SharedLayout.Lanes; lane++)
            {
                uint word = words[lane];
                float sum = 0;
                for (int code = 0; code < codesAWord; code++, word >>= bits)
                    sum += codebook[word & mask] * x[code];
                sums[lane] += sum;
            }
        }
    }
}
