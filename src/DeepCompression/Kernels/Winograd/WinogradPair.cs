using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>What a pair of points ±p gives.</summary>
internal static unsafe class WinogradPair<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>Two transformed inputs: even powers plus and minus p times odd powers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(TVector even, TVector odd, float p, out TVector plus, out TVector minus)
    {
        plus = TLane.MultiplyAdd(odd, TLane.Broadcast(p), even);
        minus = TLane.MultiplyAdd(odd, TLane.Broadcast(-p), even);
    }

    /// <summary>Two transformed weights: the kernel's polynomial at ±p, times a scale, one over the product of the distances to the other points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(float p, float scale, TVector* g, nint stride, int taps, byte* u, nint uStride)
    {
        TVector even = TLane.Multiply(g[0], TLane.Broadcast(scale)), odd = TLane.Multiply(g[stride], TLane.Broadcast(scale * p));
        if (taps > 2)
            even = TLane.MultiplyAdd(g[2 * stride], TLane.Broadcast(scale * p * p), even);
        if (taps > 3)
            odd = TLane.MultiplyAdd(g[3 * stride], TLane.Broadcast(scale * p * p * p), odd);
        if (taps > 4)
            even = TLane.MultiplyAdd(g[4 * stride], TLane.Broadcast(scale * p * p * p * p), even);
        *(TVector*)u = TLane.Add(even, odd);
        *(TVector*)(u + uStride) = TLane.Subtract(even, odd);
    }
}
