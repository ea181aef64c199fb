using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>One lane.</summary>
internal readonly unsafe struct LaneScalar : ILane<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Broadcast(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float a, float b, float c) => (a * b) + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float a, float b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Subtract(float a, float b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Multiply(float a, float b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(float a, float b) => a > b ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Flush(float x) => Denormals.Flush(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Activate(float x, in Activation activation) => activation.Apply(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Evens(float a, float b) => a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Odds(float a, float b) => b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float NextLanes(float x) => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadFours(float* p0, float* p1, float* p2, float* p3, out float d0, out float d1, out float d2, out float d3) => (d0, d1, d2, d3) = (p0[0], p0[1], p0[2], p0[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFours(float d0, float d1, float d2, float d3, float* to) => (to[0], to[1], to[2], to[3]) = (d0, d1, d2, d3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalves(float x, byte* low, byte* high) => throw new NotSupportedException();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreQuarters(float x, byte* a, byte* b, byte* c, byte* d) => throw new NotSupportedException();
}
