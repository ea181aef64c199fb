using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DeepCompression.Benchmarks.Harness;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>What one thread of this machine can do at most: the scale that kernels are read against.</summary>
/// <param name="MultiplyAdds">Multiply-adds a second, in 10^9.</param>
/// <param name="MemoryBytes">Bytes read from memory a second, in 10^9.</param>
internal sealed record KernelPeak(double MultiplyAdds, double MemoryBytes)
{
    private const int StreamBytes = 256 << 20; // beyond every cache

    /// <summary>Measures.</summary>
    public static KernelPeak Measure()
    {
        const int Rounds = 1_000_000;
        float sink = 0;
        double fma = Enumerable.Range(0, 7).Min(_ => Stopwatches.Time(() => sink += Multiply(Rounds), 2));
        float[] stream = GC.AllocateUninitializedArray<float>(StreamBytes / sizeof(float));
        Array.Fill(stream, 1f);
        double read = Enumerable.Range(0, 7).Min(_ => Stopwatches.Time(() => sink += Sum(stream), 2));
        GC.KeepAlive(sink);
        return new KernelPeak(Rounds * 12.0 * Vector512<float>.Count / fma / 1e6, StreamBytes / read / 1e6);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Multiply(int rounds)
    {
        Vector512<float> a = Vector512<float>.Zero, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
        Vector512<float> x = Vector512.Create(0.5f), y = Vector512.Create(0.25f);
        for (int round = 0; round < rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(float[] stream)
    {
        ref float first = ref stream[0];
        Vector512<float> a = Vector512<float>.Zero, b = a, c = a, d = a;
        for (int i = 0; i < stream.Length; i += 64)
        {
            a += Vector512.LoadUnsafe(ref first, (nuint)i);
            b += Vector512.LoadUnsafe(ref first, (nuint)i + 16);
            c += Vector512.LoadUnsafe(ref first, (nuint)i + 32);
            d += Vector512.LoadUnsafe(ref first, (nuint)i + 48);
        }

        return Vector512.Sum(a + b + c + d);
    }
}
