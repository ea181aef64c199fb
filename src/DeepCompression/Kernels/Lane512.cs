using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>16 lanes.</summary>
internal readonly struct Lane512 : ILane<Vector512<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Vector512.ConditionalSelect(Vector512.GreaterThan(a, b), a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Flush(Vector512<float> x) => Denormals.Flush(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Activate(Vector512<float> x, in Activation activation) => activation.Kind switch
    {
        ActivationKind.None => x,
        ActivationKind.LeakyRelu => Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), x * activation.Slope, x),
        _ => Clip(x, Vector512.Create(activation.Low), Vector512.Create(activation.High)),
    };

    /// <summary>NaN stays: the machine's minimum and maximum give their second operand, or NaN, where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Clip(Vector512<float> x, Vector512<float> low, Vector512<float> high) => Vector512.MinNative(high, Vector512.MaxNative(low, x));
}
