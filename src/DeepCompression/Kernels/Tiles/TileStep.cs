using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>What tile kernels do with one weight: runs of inputs, times the weight, are added to sums in registers.</summary>
internal static unsafe class TileStep<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>The inputs of an entry, which stands in the lower 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector* Inputs(byte* x, ulong entry, nint positionBytes) => (TVector*)(x + ((nint)((uint)entry >> 8) * positionBytes));

    /// <summary>1 vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(TVector weight, TVector* x, ref TVector a) => a = TLane.MultiplyAdd(weight, x[0], a);

    /// <summary>2 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(TVector weight, TVector* x, ref TVector a, ref TVector b)
    {
        a = TLane.MultiplyAdd(weight, x[0], a);
        b = TLane.MultiplyAdd(weight, x[1], b);
    }

    /// <summary>4 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(TVector weight, TVector* x, ref TVector a, ref TVector b, ref TVector c, ref TVector d)
    {
        a = TLane.MultiplyAdd(weight, x[0], a);
        b = TLane.MultiplyAdd(weight, x[1], b);
        c = TLane.MultiplyAdd(weight, x[2], c);
        d = TLane.MultiplyAdd(weight, x[3], d);
    }

    /// <summary>6 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(TVector weight, TVector* x, ref TVector a, ref TVector b, ref TVector c, ref TVector d, ref TVector e, ref TVector f)
    {
        a = TLane.MultiplyAdd(weight, x[0], a);
        b = TLane.MultiplyAdd(weight, x[1], b);
        c = TLane.MultiplyAdd(weight, x[2], c);
        d = TLane.MultiplyAdd(weight, x[3], d);
        e = TLane.MultiplyAdd(weight, x[4], e);
        f = TLane.MultiplyAdd(weight, x[5], f);
    }

    /// <summary>7 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(TVector weight, TVector* x, ref TVector a, ref TVector b, ref TVector c, ref TVector d, ref TVector e, ref TVector f, ref TVector g)
    {
        a = TLane.MultiplyAdd(weight, x[0], a);
        b = TLane.MultiplyAdd(weight, x[1], b);
        c = TLane.MultiplyAdd(weight, x[2], c);
        d = TLane.MultiplyAdd(weight, x[3], d);
        e = TLane.MultiplyAdd(weight, x[4], e);
        f = TLane.MultiplyAdd(weight, x[5], f);
        g = TLane.MultiplyAdd(weight, x[6], g);
    }
}
