using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>Finds the pooling kernel of a width.</summary>
internal static unsafe class PlanePools
{
    /// <summary>Vectors that rooms and planes have behind them, beside a window: <see cref="PlanePool{TLane, TVector}"/> reads at most two.</summary>
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
