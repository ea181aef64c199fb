using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>What the points 0, ±A, ±B and ±C give, and infinity with them.</summary>
internal static unsafe class WinogradTriple<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    private const float A = 1, A2 = A * A, A3 = A2 * A;
    private const float B = 2, B2 = B * B, B3 = B2 * B;
    private const float C = 0.5f, C2 = C * C, C3 = C2 * C;

    /// <summary>Inputs transformed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(
        TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, TVector d6,
        out TVector t0, out TVector t1, out TVector t2, out TVector t3, out TVector t4, out TVector t5, out TVector t6)
    {
        t0 = All(d0, d2, d4, d6);
        WinogradPair<TLane, TVector>.Input(Others(d2, d4, d6, B2, C2), Others(d1, d3, d5, B2, C2), A, out t1, out t2);
        WinogradPair<TLane, TVector>.Input(Others(d2, d4, d6, A2, C2), Others(d1, d3, d5, A2, C2), B, out t3, out t4);
        WinogradPair<TLane, TVector>.Input(Others(d2, d4, d6, A2, B2), Others(d1, d3, d5, A2, B2), C, out t5, out t6);
    }

    /// <summary>What is zero at ±A, ±B and ±C: the input at 0, and, from odd inputs, at infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector All(TVector d0, TVector d2, TVector d4, TVector d6)
    {
        TVector sums = TLane.Broadcast(-(A2 + B2 + C2)), pairs = TLane.Broadcast((A2 * B2) + (A2 * C2) + (B2 * C2)), product = TLane.Broadcast(-(A2 * B2 * C2));
        return TLane.MultiplyAdd(d0, product, TLane.MultiplyAdd(d2, pairs, TLane.MultiplyAdd(d4, sums, d6)));
    }

    /// <summary>The outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(byte* p, nint stride, out TVector y0, out TVector y1, out TVector y2, out TVector y3)
    {
        TVector p1 = *(TVector*)(p + stride), p2 = *(TVector*)(p + (2 * stride)), p3 = *(TVector*)(p + (3 * stride)), p4 = *(TVector*)(p + (4 * stride));
        TVector p5 = *(TVector*)(p + (5 * stride)), p6 = *(TVector*)(p + (6 * stride));
        TVector evenA = TLane.Add(p1, p2), oddA = TLane.Subtract(p1, p2), evenB = TLane.Add(p3, p4), oddB = TLane.Subtract(p3, p4), evenC = TLane.Add(p5, p6), oddC = TLane.Subtract(p5, p6);
        y0 = TLane.Add(TLane.Add(TLane.Add(*(TVector*)p, evenA), evenB), evenC);
        y1 = Join(oddA, A, oddB, B, oddC, C);
        y2 = Join(evenA, A2, evenB, B2, evenC, C2);
        y3 = Join(oddA, A3, oddB, B3, oddC, C3);
    }

    /// <summary>Weights transformed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(TVector* g, nint stride, int taps, byte* u, nint uStride)
    {
        *(TVector*)u = TLane.Multiply(g[0], TLane.Broadcast(-1 / (A2 * B2 * C2)));
        WinogradPair<TLane, TVector>.Weights(A, 1 / (2 * A2 * (A2 - B2) * (A2 - C2)), g, stride, taps, u + uStride, uStride);
        WinogradPair<TLane, TVector>.Weights(B, 1 / (2 * B2 * (B2 - A2) * (B2 - C2)), g, stride, taps, u + (3 * uStride), uStride);
        WinogradPair<TLane, TVector>.Weights(C, 1 / (2 * C2 * (C2 - A2) * (C2 - B2)), g, stride, taps, u + (5 * uStride), uStride);
    }

    // d4 - (p² + q²) d2 + p² q² d0
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Others(TVector d0, TVector d2, TVector d4, float p2, float q2) =>
        TLane.MultiplyAdd(d0, TLane.Broadcast(p2 * q2), TLane.MultiplyAdd(d2, TLane.Broadcast(-(p2 + q2)), d4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Join(TVector a, float powerA, TVector b, float powerB, TVector c, float powerC) =>
        TLane.MultiplyAdd(a, TLane.Broadcast(powerA), TLane.MultiplyAdd(b, TLane.Broadcast(powerB), TLane.Multiply(c, TLane.Broadcast(powerC))));
}
