using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>4 lanes.</summary>
internal readonly unsafe struct Lane128 : ILane<Vector128<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) => Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Flush(Vector128<float> x) => Denormals.Flush(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Activate(Vector128<float> x, in Activation activation) => activation.Kind switch
    {
        ActivationKind.None => x,
        ActivationKind.LeakyRelu => Vector128.ConditionalSelect(Vector128.LessThan(x, Vector128<float>.Zero), x * activation.Slope, x),
        _ => Clip(x, Vector128.Create(activation.Low), Vector128.Create(activation.High)),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Evens(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Shuffle(a, b, 0b10_00_10_00) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipEven(a, b) : Vector128.Create(a[0], a[2], b[0], b[2]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Odds(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Shuffle(a, b, 0b11_01_11_01) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipOdd(a, b) : Vector128.Create(a[1], a[3], b[1], b[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> NextLanes(Vector128<float> x) => Vector128.Shuffle(x, Vector128.Create(1, 2, 3, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadFours(float* p0, float* p1, float* p2, float* p3, out Vector128<float> d0, out Vector128<float> d1, out Vector128<float> d2, out Vector128<float> d3) =>
        Turn(Vector128.Load(p0), Vector128.Load(p0 + 4), Vector128.Load(p0 + 8), Vector128.Load(p0 + 12), out d0, out d1, out d2, out d3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFours(Vector128<float> d0, Vector128<float> d1, Vector128<float> d2, Vector128<float> d3, float* to)
    {
        Turn(d0, d1, d2, d3, out Vector128<float> a, out Vector128<float> b, out Vector128<float> c, out Vector128<float> d);
        a.Store(to);
        b.Store(to + 4);
        c.Store(to + 8);
        d.Store(to + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalves(Vector128<float> x, byte* low, byte* high) => throw new NotSupportedException();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreQuarters(Vector128<float> x, byte* a, byte* b, byte* c, byte* d) => throw new NotSupportedException();

    /// <summary>Turns rows into columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(
        Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d, out Vector128<float> d0, out Vector128<float> d1, out Vector128<float> d2, out Vector128<float> d3)
    {
        Vector128<float> ab = Zip(a, b), cd = Zip(c, d), abHigh = ZipHigh(a, b), cdHigh = ZipHigh(c, d); // a0 b0 a1 b1; c0 d0 c1 d1
        d0 = Vector128.Create(ab.GetLower(), cd.GetLower());
        d1 = Vector128.Create(ab.GetUpper(), cd.GetUpper());
        d2 = Vector128.Create(abHigh.GetLower(), cdHigh.GetLower());
        d3 = Vector128.Create(abHigh.GetUpper(), cdHigh.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Zip(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);

    /// <summary>NaN stays: the machine's minimum and maximum give their second operand, or NaN, where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Clip(Vector128<float> x, Vector128<float> low, Vector128<float> high) => Vector128.MinNative(high, Vector128.MaxNative(low, x));
}
