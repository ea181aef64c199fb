using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>8 lanes.</summary>
internal readonly unsafe struct Lane256 : ILane<Vector256<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Flush(Vector256<float> x) => Denormals.Flush(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Activate(Vector256<float> x, in Activation activation) => activation.Kind switch
    {
        ActivationKind.None => x,
        ActivationKind.LeakyRelu => Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), x * activation.Slope, x),
        _ => Clip(x, Vector256.Create(activation.Low), Vector256.Create(activation.High)),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Evens(Vector256<float> a, Vector256<float> b) =>
        Vector256.Create(Lane128.Evens(a.GetLower(), a.GetUpper()), Lane128.Evens(b.GetLower(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Odds(Vector256<float> a, Vector256<float> b) =>
        Vector256.Create(Lane128.Odds(a.GetLower(), a.GetUpper()), Lane128.Odds(b.GetLower(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> NextLanes(Vector256<float> x) => Vector256.Shuffle(x, Vector256.Create(1, 2, 3, 4, 5, 6, 7, 7));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadFours(float* p0, float* p1, float* p2, float* p3, out Vector256<float> d0, out Vector256<float> d1, out Vector256<float> d2, out Vector256<float> d3)
    {
        Lane128.LoadFours(p0, p0, p0, p0, out Vector128<float> a0, out Vector128<float> a1, out Vector128<float> a2, out Vector128<float> a3);
        Lane128.LoadFours(p1, p1, p1, p1, out Vector128<float> b0, out Vector128<float> b1, out Vector128<float> b2, out Vector128<float> b3);
        d0 = Vector256.Create(a0, b0);
        d1 = Vector256.Create(a1, b1);
        d2 = Vector256.Create(a2, b2);
        d3 = Vector256.Create(a3, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFours(Vector256<float> d0, Vector256<float> d1, Vector256<float> d2, Vector256<float> d3, float* to)
    {
        Lane128.StoreFours(d0.GetLower(), d1.GetLower(), d2.GetLower(), d3.GetLower(), to);
        Lane128.StoreFours(d0.GetUpper(), d1.GetUpper(), d2.GetUpper(), d3.GetUpper(), to + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalves(Vector256<float> x, byte* low, byte* high)
    {
        x.GetLower().Store((float*)low);
        x.GetUpper().Store((float*)high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreQuarters(Vector256<float> x, byte* a, byte* b, byte* c, byte* d) => throw new NotSupportedException();

    /// <summary>NaN stays: the machine's minimum and maximum give their second operand, or NaN, where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clip(Vector256<float> x, Vector256<float> low, Vector256<float> high) => Vector256.MinNative(high, Vector256.MaxNative(low, x));
}
