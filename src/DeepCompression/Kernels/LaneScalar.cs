using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>One lane.</summary>
internal readonly struct LaneScalar : ILane<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Broadcast(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float a, float b, float c) => (a * b) + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float a, float b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(float a, float b) => a > b ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Flush(float x) => Denormals.Flush(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Activate(float x, in Activation activation) => activation.Apply(x);
}
