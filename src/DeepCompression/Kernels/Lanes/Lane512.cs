using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepCompression.Kernels;

/// <summary>16 lanes.</summary>
internal readonly unsafe struct Lane512 : ILane<Vector512<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Avx512F.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Flush(Vector512<float> x) => Denormals.Flush(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Activate(Vector512<float> x, in Activation activation) => activation.Kind switch
    {
        ActivationKind.None => x,
        ActivationKind.LeakyRelu => Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), x * activation.Slope, x),
        _ => Clip(x, Vector512.Create(activation.Low), Vector512.Create(activation.High)),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Evens(Vector512<float> a, Vector512<float> b) => Avx512F.PermuteVar16x32x2(a, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Odds(Vector512<float> a, Vector512<float> b) => Avx512F.PermuteVar16x32x2(a, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> NextLanes(Vector512<float> x) => Avx512F.AlignRight32(x.AsInt32(), x.AsInt32(), 1).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadFours(float* p0, float* p1, float* p2, float* p3, out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3)
    {
        // Of two vectors, 8 lanes: their first numbers, then their second; their third, then their fourth.
        Vector512<int> front = Vector512.Create(0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29), back = front + Vector512.Create(2);
        Vector512<int> low = Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), high = low + Vector512.Create(8);
        Vector512<float> a = Vector512.Load(p0), b = Vector512.Load(p1), c = Vector512.Load(p2), d = Vector512.Load(p3);
        Vector512<float> front0 = Avx512F.PermuteVar16x32x2(a, front, b), front1 = Avx512F.PermuteVar16x32x2(c, front, d);
        Vector512<float> back0 = Avx512F.PermuteVar16x32x2(a, back, b), back1 = Avx512F.PermuteVar16x32x2(c, back, d);
        d0 = Avx512F.PermuteVar16x32x2(front0, low, front1);
        d1 = Avx512F.PermuteVar16x32x2(front0, high, front1);
        d2 = Avx512F.PermuteVar16x32x2(back0, low, back1);
        d3 = Avx512F.PermuteVar16x32x2(back0, high, back1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFours(Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3, float* to)
    {
        // Pairs of numbers of 8 lanes, then fours of 4 lanes.
        Vector512<int> low = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), high = low + Vector512.Create(8);
        Vector512<long> first = Vector512.Create(0L, 8, 1, 9, 2, 10, 3, 11), second = first + Vector512.Create(4L);
        Vector512<double> front0 = Avx512F.PermuteVar16x32x2(d0, low, d1).AsDouble(), front1 = Avx512F.PermuteVar16x32x2(d0, high, d1).AsDouble();
        Vector512<double> back0 = Avx512F.PermuteVar16x32x2(d2, low, d3).AsDouble(), back1 = Avx512F.PermuteVar16x32x2(d2, high, d3).AsDouble();
        Avx512F.PermuteVar8x64x2(front0, first, back0).AsSingle().Store(to);
        Avx512F.PermuteVar8x64x2(front0, second, back0).AsSingle().Store(to + 16);
        Avx512F.PermuteVar8x64x2(front1, first, back1).AsSingle().Store(to + 32);
        Avx512F.PermuteVar8x64x2(front1, second, back1).AsSingle().Store(to + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalves(Vector512<float> x, byte* low, byte* high)
    {
        x.GetLower().Store((float*)low);
        x.GetUpper().Store((float*)high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreQuarters(Vector512<float> x, byte* a, byte* b, byte* c, byte* d)
    {
        x.GetLower().GetLower().Store((float*)a);
        x.GetLower().GetUpper().Store((float*)b);
        x.GetUpper().GetLower().Store((float*)c);
        x.GetUpper().GetUpper().Store((float*)d);
    }

    /// <summary>NaN stays: the machine's minimum and maximum give their second operand, or NaN, where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Clip(Vector512<float> x, Vector512<float> low, Vector512<float> high) => Vector512.MinNative(high, Vector512.MaxNative(low, x));
}
