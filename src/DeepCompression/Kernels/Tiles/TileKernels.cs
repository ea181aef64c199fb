using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>Finds the tile kernel of a width and a shape.</summary>
internal static unsafe class TileKernels
{
    /// <summary>Float32 lanes of a register.</summary>
    public static int GetLanes(VectorWidth width) => Math.Max((int)width / 32, 1);

    /// <summary>The kernel.</summary>
    /// <param name="width">Of a register.</param>
    /// <param name="shape">The tile.</param>
    /// <param name="centroids">Centroids of a row, for which there is room as <see cref="Centroids32.Length"/> says.</param>
    public static delegate*<TileWork*, void> Get(VectorWidth width, TileShape shape, int centroids) => width switch
    {
        VectorWidth.Vector512 when centroids <= Centroids32.Length && Centroids32.IsSupported => Get<Lane512, Vector512<float>, Centroids32>(shape),
        VectorWidth.Vector512 => Get<Lane512, Vector512<float>>(shape),
        VectorWidth.Vector256 => Get<Lane256, Vector256<float>>(shape),
        VectorWidth.Vector128 => Get<Lane128, Vector128<float>>(shape),
        _ => Get<LaneScalar, float>(shape),
    };

    private static delegate*<TileWork*, void> Get<TLane, TVector>(TileShape shape)
        where TLane : struct, ILane<TVector>
        where TVector : unmanaged => Get<TLane, TVector, CentroidsInMemory<TLane, TVector>>(shape);

    private static delegate*<TileWork*, void> Get<TLane, TVector, TCentroids>(TileShape shape)
        where TLane : struct, ILane<TVector>
        where TVector : unmanaged
        where TCentroids : struct, ICentroids<TCentroids, TVector> => shape switch
        {
            (1, 1) => &TileKernel1x1<TLane, TVector, TCentroids>.Run,
            (1, 2) => &TileKernel1x2<TLane, TVector, TCentroids>.Run,
            (1, 4) => &TileKernel1x4<TLane, TVector, TCentroids>.Run,
            (1, 6) => &TileKernel1x6<TLane, TVector, TCentroids>.Run,
            (1, 7) => &TileKernel1x7<TLane, TVector, TCentroids>.Run,
            (2, 2) => &TileKernel2x2<TLane, TVector, TCentroids>.Run,
            (2, 4) => &TileKernel2x4<TLane, TVector, TCentroids>.Run,
            (2, 6) => &TileKernel2x6<TLane, TVector, TCentroids>.Run,
            (2, 7) => &TileKernel2x7<TLane, TVector, TCentroids>.Run,
            _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "No kernel has this shape."),
        };
}
