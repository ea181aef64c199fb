using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>One tile of 4-bit codes times one vector: a shift, a permute and a multiply-add for 16 weights.</summary>
internal static unsafe class SharedKernel512
{
    private const int CodesAWord = 8;

    /// <summary>Multiplies one tile.</summary>
    /// <param name="words">The tile's words.</param>
    /// <param name="count">The number of words.</param>
    /// <param name="codebook">16 centroids.</param>
    /// <param name="x">The inputs, padded with zeros to whole words.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Multiply4Bits(uint* words, int count, float* codebook, float* x)
    {
        Vector512<float> table = Vector512.Load(codebook);
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0, sum4 = sum0, sum5 = sum0, sum6 = sum0, sum7 = sum0;
        uint* end = words + ((long)count * SharedLayout.Lanes);
        for (; words < end; words += SharedLayout.Lanes, x += CodesAWord)
        {
            Sse.Prefetch0((byte*)words + SlidingLayout.PrefetchDistance);
            Vector512<int> word = Vector512.Load((int*)words);
            sum0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(table, word), Vector512.Create(x[0]), sum0);
            sum1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(table, word >>> 4), Vector512.Create(x[1]), sum1);
            sum2 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(table, word >>> 8), Vector512.Create(x[2]), sum2);
            sum3 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(table, word >>> 12), Vector512.Create(x[3]), sum3);
            sum4 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(table, word >>> 16), Vector512.Create(x[4]), sum4);
            sum5 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(table, word >>> 20), Vector512.Create(x[5]), sum5);
            sum6 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(table, word >>> 24), Vector512.Create(x[6]), sum6);
            sum7 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(table, word >>> 28), Vector512.Create(x[7]), sum7);
        }

        return sum0 + sum1 + (sum2 + sum3) + (sum4 + sum5 + (sum6 + sum7));
    }

    /// <summary>Multiplies one tile of codes of any width.</summary>
    /// <param name="words">The tile's words.</param>
    /// <param name="count">The number of words.</param>
    /// <param name="bits">Bits a code.</param>
    /// <param name="codebook">The centroids.</param>
    /// <param name="size">16, 32, 64, 128 or 256 centroids.</param>
    /// <param name="x">The inputs, padded with zeros to whole words.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Multiply(uint* words, int count, int bits, float* codebook, int size, float* x)
    {
        Vector512<float> low = Vector512.Load(codebook), high = size > 16 ? Vector512.Load(codebook + 16) : low;
        Vector512<float> sum = Vector512<float>.Zero, other = sum;
        Vector512<uint> shift = Vector512.Create((uint)bits);
        uint* end = words + ((long)count * SharedLayout.Lanes);
        int codesAWord = 32 / bits;
        for (; words < end; words += SharedLayout.Lanes)
        {
            Sse.Prefetch0((byte*)words + SlidingLayout.PrefetchDistance);
            Vector512<uint> word = Vector512.Load(words);
            for (int code = 0; code < codesAWord; code++, x++)
            {
                Vector512<float> weight = size <= 32
                    ? Avx512F.PermuteVar16x32x2(low, word.AsInt32(), high)
                    : SlidingKernel512Large.LookUp(codebook, size, word.AsInt32());
                word = Avx512F.ShiftRightLogicalVariable(word, shift);
                (sum, other) = (other, Vector512.FusedMultiplyAdd(weight, Vector512.Create(*x), sum)); // two chains
            }
        }

        return sum + other;
    }

    /// <summary>Multiplies one tile by four vectors: a weight is looked up once.</summary>
    /// <param name="words">The tile's words.</param>
    /// <param name="count">The number of words.</param>
    /// <param name="bits">Bits a code.</param>
    /// <param name="codebook">The centroids.</param>
    /// <param name="size">16, 32, 64, 128 or 256 centroids.</param>
    /// <param name="x">The first vector, padded with zeros to whole words.</param>
    /// <param name="stride">Numbers from a vector to the next.</param>
    /// <param name="sums">Room for 64 sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyFour(uint* words, int count, int bits, float* codebook, int size, float* x, nint stride, Vector512<float>* sums)
    {
        Vector512<float> low = Vector512.Load(codebook), high = size > 16 ? Vector512.Load(codebook + 16) : low;
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0;
        Vector512<uint> shift = Vector512.Create((uint)bits);
        uint* end = words + ((long)count * SharedLayout.Lanes);
        int codesAWord = 32 / bits;
        for (; words < end; words += SharedLayout.Lanes)
        {
            Sse.Prefetch0((byte*)words + SlidingLayout.PrefetchDistance);
            Vector512<uint> word = Vector512.Load(words);
            for (int code = 0; code < codesAWord; code++, x++)
            {
                // A table of 16 stands in both registers: the fifth bit of an index, which is the next code's, does no harm.
                Vector512<float> weight = size <= 32
                    ? Avx512F.PermuteVar16x32x2(low, word.AsInt32(), high)
                    : SlidingKernel512Large.LookUp(codebook, size, word.AsInt32());
                word = Avx512F.ShiftRightLogicalVariable(word, shift);
                sum0 = Vector512.FusedMultiplyAdd(weight, Vector512.Create(x[0]), sum0);
                sum1 = Vector512.FusedMultiplyAdd(weight, Vector512.Create(x[stride]), sum1);
                sum2 = Vector512.FusedMultiplyAdd(weight, Vector512.Create(x[2 * stride]), sum2);
                sum3 = Vector512.FusedMultiplyAdd(weight, Vector512.Create(x[3 * stride]), sum3);
            }
        }

        sums[0] = sum0;
        sums[1] = sum1;
        sums[2] = sum2;
        sums[3] = sum3;
    }
}
