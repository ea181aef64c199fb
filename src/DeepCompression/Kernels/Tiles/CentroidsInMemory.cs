using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>Any number of centroids: each is loaded when it is needed.</summary>
internal readonly unsafe struct CentroidsInMemory<TLane, TVector> : ICentroids<CentroidsInMemory<TLane, TVector>, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    private readonly float* _codebook;

    private CentroidsInMemory(float* codebook) => _codebook = codebook;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CentroidsInMemory<TLane, TVector> Load(float* codebook) => new(codebook);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector GetWeight(ulong entry) => TLane.Broadcast(_codebook[(byte)entry]);
}
