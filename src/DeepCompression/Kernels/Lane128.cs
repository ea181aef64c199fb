using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>4 lanes.</summary>
internal readonly struct Lane128 : ILane<Vector128<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

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

    /// <summary>NaN stays: the machine's minimum and maximum give their second operand, or NaN, where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Clip(Vector128<float> x, Vector128<float> low, Vector128<float> high) => Vector128.MinNative(high, Vector128.MaxNative(low, x));
}
