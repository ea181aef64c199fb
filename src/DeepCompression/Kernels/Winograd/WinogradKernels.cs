using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>The kernels of a width and a number of points.</summary>
internal readonly unsafe struct WinogradKernels
{
    /// <summary>Transforms inputs.</summary>
    public readonly delegate*<WinogradInputWork*, void> Input;

    /// <summary>Transforms weights.</summary>
    public readonly delegate*<float*, byte*, byte*, nint, void> Weights;

    /// <summary>Transforms sums.</summary>
    public readonly delegate*<WinogradOutputWork*, void> Output;

    /// <summary>Writes outputs.</summary>
    public readonly delegate*<float*, float*, int, float, Activation*, byte*, void> Write;

    /// <summary>Pools a plane of outputs.</summary>
    public readonly delegate*<PlanePoolWork*, PoolingGeometry, void> Pool;

    /// <summary>The product of few rows and many vectors.</summary>
    public readonly delegate*<WinogradProduct*, void> Many;

    /// <summary>The product of a few vectors.</summary>
    public readonly delegate*<WinogradProduct*, void> Few;

    /// <summary>The product of one vector.</summary>
    public readonly delegate*<WinogradProduct*, void> One;

    /// <summary>The product of two tiles, whatever the vector.</summary>
    public readonly delegate*<WinogradProduct*, void> Tiles;

    private WinogradKernels(
        delegate*<WinogradInputWork*, void> input, delegate*<float*, byte*, byte*, nint, void> weights, delegate*<WinogradOutputWork*, void> output,
        delegate*<float*, float*, int, float, Activation*, byte*, void> write, delegate*<PlanePoolWork*, PoolingGeometry, void> pool,
        delegate*<WinogradProduct*, void> many, delegate*<WinogradProduct*, void> few, delegate*<WinogradProduct*, void> one, delegate*<WinogradProduct*, void> tiles, bool isWide)
    {
        Input = input;
        Weights = weights;
        Output = output;
        Write = write;
        Pool = pool;
        Many = many;
        Few = few;
        One = one;
        Tiles = tiles;
        (FewRows, OneRows) = isWide ? (8, 16) : (4, 8);
    }

    /// <summary>Rows of <see cref="Many"/>.</summary>
    public const int ManyRows = 4;

    /// <summary>Vectors of <see cref="Many"/>.</summary>
    public const int ManyVectors = 6;

    /// <summary>Vectors of <see cref="Few"/>.</summary>
    public const int FewVectors = 3;

    /// <summary>Tiles of <see cref="Tiles"/>.</summary>
    public const int TilesAtOnce = 2;

    /// <summary>Rows of <see cref="Few"/>.</summary>
    public readonly int FewRows;

    /// <summary>Rows of <see cref="One"/>.</summary>
    public readonly int OneRows;

    /// <summary>The kernels.</summary>
    public static WinogradKernels Get(VectorWidth width, int points) => width switch
    {
        VectorWidth.Vector512 => Get<Lane512, Vector512<float>>(points),
        VectorWidth.Vector256 => Get<Lane256, Vector256<float>>(points),
        VectorWidth.Vector128 => Get<Lane128, Vector128<float>>(points),
        _ => Get<LaneScalar, float>(points),
    };

    private static WinogradKernels Get<TLane, TVector>(int points)
        where TLane : struct, ILane<TVector>
        where TVector : unmanaged => points switch
        {
            5 => Get<WinogradPoints5<TLane, TVector>, TLane, TVector>(),
            6 => Get<WinogradPoints6<TLane, TVector>, TLane, TVector>(),
            7 => Get<WinogradPoints7<TLane, TVector>, TLane, TVector>(),
            _ => Get<WinogradPoints8<TLane, TVector>, TLane, TVector>(),
        };

    private static WinogradKernels Get<TPoints, TLane, TVector>()
        where TPoints : struct, IWinogradPoints<TLane, TVector>
        where TLane : struct, ILane<TVector>
        where TVector : unmanaged
    {
        bool isWide = WinogradConvolution.HasManyRegisters(sizeof(TVector));
        return new WinogradKernels(
            &WinogradInput<TPoints, TLane, TVector>.Run,
            &WinogradWeightTransform<TPoints, TLane, TVector>.Run,
            &WinogradOutput<TPoints, TLane, TVector>.Run,
            &WinogradOutput<TPoints, TLane, TVector>.Write,
            &PlanePool<TLane, TVector>.Run,
            isWide ? &WinogradKernel4x6<TLane, TVector>.Run : null,
            isWide ? &WinogradKernel8x3<TLane, TVector>.Run : &WinogradKernel4x3<TLane, TVector>.Run,
            isWide ? &WinogradKernel16x1<TLane, TVector>.Run : &WinogradKernel8x1<TLane, TVector>.Run,
            &WinogradKernelTiles<TLane, TVector>.Run,
            isWide);
    }
}
