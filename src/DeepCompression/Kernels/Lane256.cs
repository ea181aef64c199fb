using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>8 lanes.</summary>
internal readonly struct Lane256 : ILane<Vector256<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

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

    /// <summary>NaN stays: the machine's minimum and maximum give their second operand, or NaN, where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clip(Vector256<float> x, Vector256<float> low, Vector256<float> high) => Vector256.MinNative(high, Vector256.MaxNative(low, x));
}
