using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>Up to 32 centroids in two registers: a permutation finds one, and loads, which limit tile kernels, are left to the inputs.</summary>
internal readonly unsafe struct Centroids32 : ICentroids<Centroids32, Vector512<float>>
{
    /// <summary>The numbers that are loaded.</summary>
    public const int Length = 32;

    private readonly Vector512<float> _first;
    private readonly Vector512<float> _second;

    private Centroids32(Vector512<float> first, Vector512<float> second) => (_first, _second) = (first, second);

    /// <summary>Whether the machine has the permutation.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Centroids32 Load(float* codebook) => new(Vector512.Load(codebook), Vector512.Load(codebook + (Length / 2)));

    /// <summary>The permutation reads the lowest five bits of an index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> GetWeight(ulong entry) => Avx512F.PermuteVar16x32x2(_first, Vector512.Create((int)entry), _second);
}
