using System.Runtime.Intrinsics;


namespace DeepCompression.Kernels;

/// <summary>Finds the pooling kernel of a width.</summary>
internal static unsafe class PlanePools
{
    /// <summary>Vectors that <see cref="PlanePool{TLane, TVector}"/> may read behind a plane, beside a window, and has room for behind a row.</summary>
    public const int Padding = 4;

    /// <summary>The kernel: <see cref="PlanePool{TLane, TVector}.Run"/>.</summary>
    public static delegate*<PlanePoolWork*, PoolingGeometry, void> Get(VectorWidth width) => width switch
    {
        VectorWidth.Vector512 => &PlanePool<Lane512, Vector512<float>>.Run,
        VectorWidth.Vector256 => &PlanePool<Lane256, Vector256<float>>.Run,
        VectorWidth.Vector128 => &PlanePool<Lane128, Vector128<float>>.Run,
        _ => &PlanePool<LaneScalar, float>.Run,
    };
}
