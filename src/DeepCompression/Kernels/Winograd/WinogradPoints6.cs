using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>The points 0, ±A, ±B and infinity, for kernels of three taps.</summary>
internal readonly unsafe struct WinogradPoints6<TLane, TVector> : IWinogradPoints<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    public static int Count => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(
        TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, TVector d6, TVector d7,
        out TVector t0, out TVector t1, out TVector t2, out TVector t3, out TVector t4, out TVector t5, out TVector t6, out TVector t7)
    {
        Unsafe.SkipInit(out t6);
        Unsafe.SkipInit(out t7);
        WinogradPairs<TLane, TVector>.Input(d0, d1, d2, d3, d4, out t0, out t1, out t2, out t3, out t4);
        t5 = WinogradPairs<TLane, TVector>.All(d1, d3, d5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(byte* p, nint stride, out TVector y0, out TVector y1, out TVector y2, out TVector y3)
    {
        WinogradPairs<TLane, TVector>.Output(p, stride, out y0, out y1, out y2, out y3);
        y3 = TLane.Add(y3, *(TVector*)(p + (5 * stride)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(TVector* g, nint stride, byte* u, nint uStride)
    {
        const int Taps = 3;
        WinogradPairs<TLane, TVector>.Weights(g, stride, Taps, u, uStride);
        *(TVector*)(u + (5 * uStride)) = g[(Taps - 1) * stride];
    }
}
