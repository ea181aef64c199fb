using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Training;

/// <summary>The two directions between a weight and its codebook: gradients add up by code, centroids spread by code.</summary>
public static class CodebookUpdate
{
    private const int Lanes = 8; // tables side by side: neighbours with the same code do not wait for each other

    /// <summary>Adds up a weight's gradient by code (Han et al. 2016, section 3.3, eq. 3).</summary>
    /// <param name="codes">One code a weight.</param>
    /// <param name="gradient">One gradient a weight.</param>
    /// <param name="sums">Set to the sum for each centroid; 256 at most.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer gradients than codes, or more than 256 sums.</exception>
    public static void Sum(ReadOnlySpan<byte> codes, ReadOnlySpan<float> gradient, Span<float> sums)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(gradient.Length, codes.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sums.Length, Codebook.MaxSize);
        Span<double> tables = stackalloc double[Lanes * Codebook.MaxSize];
        tables.Clear();
        gradient = gradient[..codes.Length];
        int whole = codes.Length / Lanes * Lanes;
        for (int i = 0; i < whole; i += Lanes)
        {
            ulong eight = MemoryMarshal.Read<ulong>(codes[i..]);
            ReadOnlySpan<float> g = gradient.Slice(i, Lanes);

            // A code is a byte and there are 256 entries in each table: every index is inside.
            tables[(int)(eight & 0xFF)] += g[0];
            tables[256 + (int)((eight >> 8) & 0xFF)] += g[1];
            tables[512 + (int)((eight >> 16) & 0xFF)] += g[2];
            tables[768 + (int)((eight >> 24) & 0xFF)] += g[3];
            tables[1024 + (int)((eight >> 32) & 0xFF)] += g[4];
            tables[1280 + (int)((eight >> 40) & 0xFF)] += g[5];
            tables[1536 + (int)((eight >> 48) & 0xFF)] += g[6];
            tables[1792 + (int)(eight >> 56)] += g[7];
        }

        for (int i = whole; i < codes.Length; i++)
            tables[codes[i]] += gradient[i];
        for (int code = 0; code < sums.Length; code++)
        {
            double sum = 0;
            for (int lane = 0; lane < Lanes; lane++)
                sum += tables[(lane * Codebook.MaxSize) + code];
            sums[code] = (float)sum;
        }
    }

    /// <summary>Sets every weight to the centroid of its code.</summary>
    /// <param name="codes">One code a weight, each less than the number of centroids.</param>
    /// <param name="centroids">The centroids.</param>
    /// <param name="weights">Takes the weights.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less room than there are codes.</exception>
    public static void Spread(ReadOnlySpan<byte> codes, ReadOnlySpan<float> centroids, Span<float> weights)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(weights.Length, codes.Length);
        int i = 0;
        if (Avx512F.IsSupported && centroids.Length <= 32)
        {
            // Up to 32 centroids lie in two registers.
            Span<float> padded = stackalloc float[32];
            padded.Clear();
            centroids.CopyTo(padded);
            Vector512<float> low = Vector512.Create<float>(padded[..16]);
            Vector512<float> high = Vector512.Create<float>(padded[16..]);
            for (; i <= codes.Length - 16; i += 16)
            {
                Vector512<int> index = Avx512F.ConvertToVector512Int32(Vector128.Create(codes.Slice(i, 16)));
                Avx512F.PermuteVar16x32x2(low, index, high).CopyTo(weights[i..]);
            }
        }

        for (; i < codes.Length; i++)
            weights[i] = centroids[codes[i]];
    }
}
