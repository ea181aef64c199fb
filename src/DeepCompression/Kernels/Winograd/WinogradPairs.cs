using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>What the points 0, ±A and ±B give, and infinity with them.</summary>
internal static unsafe class WinogradPairs<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    // 1/√2 and √2: distances that lose the least by rounding.
    private const float A = 0.70710678f, A2 = 0.5f, A3 = A2 * A;
    private const float B = 1.41421356f, B2 = 2, B3 = B2 * B;

    /// <summary>Inputs transformed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, out TVector t0, out TVector t1, out TVector t2, out TVector t3, out TVector t4)
    {
        TVector a2 = TLane.Broadcast(-A2), b2 = TLane.Broadcast(-B2);
        t0 = All(d0, d2, d4);
        WinogradPair<TLane, TVector>.Input(TLane.MultiplyAdd(d2, b2, d4), TLane.MultiplyAdd(d1, b2, d3), A, out t1, out t2);
        WinogradPair<TLane, TVector>.Input(TLane.MultiplyAdd(d2, a2, d4), TLane.MultiplyAdd(d1, a2, d3), B, out t3, out t4);
    }

    /// <summary>d4 - (A² + B²) d2 + A² B² d0: the input at 0, and, from odd inputs, at infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector All(TVector d0, TVector d2, TVector d4) => TLane.MultiplyAdd(d0, TLane.Broadcast(A2 * B2), TLane.MultiplyAdd(d2, TLane.Broadcast(-(A2 + B2)), d4));

    /// <summary>The outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(byte* p, nint stride, out TVector y0, out TVector y1, out TVector y2, out TVector y3)
    {
        TVector p1 = *(TVector*)(p + stride), p2 = *(TVector*)(p + (2 * stride)), p3 = *(TVector*)(p + (3 * stride)), p4 = *(TVector*)(p + (4 * stride));
        TVector evenA = TLane.Add(p1, p2), oddA = TLane.Subtract(p1, p2), evenB = TLane.Add(p3, p4), oddB = TLane.Subtract(p3, p4);
        y0 = TLane.Add(TLane.Add(*(TVector*)p, evenA), evenB);
        y1 = TLane.MultiplyAdd(oddA, TLane.Broadcast(A), TLane.Multiply(oddB, TLane.Broadcast(B)));
        y2 = TLane.MultiplyAdd(evenA, TLane.Broadcast(A2), TLane.Multiply(evenB, TLane.Broadcast(B2)));
        y3 = TLane.MultiplyAdd(oddA, TLane.Broadcast(A3), TLane.Multiply(oddB, TLane.Broadcast(B3)));
    }

    /// <summary>Weights transformed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(TVector* g, nint stride, int taps, byte* u, nint uStride)
    {
        *(TVector*)u = TLane.Multiply(g[0], TLane.Broadcast(1 / (A2 * B2)));
        WinogradPair<TLane, TVector>.Weights(A, 1 / (2 * A2 * (A2 - B2)), g, stride, taps, u + uStride, uStride);
        WinogradPair<TLane, TVector>.Weights(B, 1 / (2 * B2 * (B2 - A2)), g, stride, taps, u + (3 * uStride), uStride);
    }
}
