using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>
/// Four rows of shared weights times six vectors of inputs: 24 sums in registers. An input that was loaded serves four rows, and a
/// centroid that was looked up six vectors, so that the multiply-adds are what limits.
/// </summary>
internal static unsafe class PointwiseKernel<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>Computes the sums and writes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PointwiseWork* work)
    {
        float* codebook0 = work->Codebook0, codebook1 = work->Codebook1, codebook2 = work->Codebook2, codebook3 = work->Codebook3;
        uint* code = work->Codes, end = code + work->Channels;
        TVector* x = (TVector*)work->X;
        nint step = work->StepBytes;
        TVector a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5, c0, c1, c2, c3, c4, c5, d0, d1, d2, d3, d4, d5;
        a0 = a1 = a2 = a3 = a4 = a5 = TLane.Broadcast(work->Bias[0]);
        b0 = b1 = b2 = b3 = b4 = b5 = TLane.Broadcast(work->Bias[1]);
        c0 = c1 = c2 = c3 = c4 = c5 = TLane.Broadcast(work->Bias[2]);
        d0 = d1 = d2 = d3 = d4 = d5 = TLane.Broadcast(work->Bias[3]);
        uint codes = *code; // loaded long before they are used, or the weights wait for them
        while (code < end)
        {
            uint next = *++code;
            TVector p = TLane.Broadcast(codebook0[(byte)codes]), q = TLane.Broadcast(codebook1[(byte)(codes >> 8)]);
            TVector r = TLane.Broadcast(codebook2[(byte)(codes >> 16)]), s = TLane.Broadcast(codebook3[codes >> 24]);
            TVector x0 = x[0];
            a0 = TLane.MultiplyAdd(p, x0, a0);
            b0 = TLane.MultiplyAdd(q, x0, b0);
            c0 = TLane.MultiplyAdd(r, x0, c0);
            d0 = TLane.MultiplyAdd(s, x0, d0);
            TVector x1 = x[1];
            a1 = TLane.MultiplyAdd(p, x1, a1);
            b1 = TLane.MultiplyAdd(q, x1, b1);
            c1 = TLane.MultiplyAdd(r, x1, c1);
            d1 = TLane.MultiplyAdd(s, x1, d1);
            TVector x2 = x[2];
            a2 = TLane.MultiplyAdd(p, x2, a2);
            b2 = TLane.MultiplyAdd(q, x2, b2);
            c2 = TLane.MultiplyAdd(r, x2, c2);
            d2 = TLane.MultiplyAdd(s, x2, d2);
            TVector x3 = x[3];
            a3 = TLane.MultiplyAdd(p, x3, a3);
            b3 = TLane.MultiplyAdd(q, x3, b3);
            c3 = TLane.MultiplyAdd(r, x3, c3);
            d3 = TLane.MultiplyAdd(s, x3, d3);
            TVector x4 = x[4];
            a4 = TLane.MultiplyAdd(p, x4, a4);
            b4 = TLane.MultiplyAdd(q, x4, b4);
            c4 = TLane.MultiplyAdd(r, x4, c4);
            d4 = TLane.MultiplyAdd(s, x4, d4);
            TVector x5 = x[5];
            a5 = TLane.MultiplyAdd(p, x5, a5);
            b5 = TLane.MultiplyAdd(q, x5, b5);
            c5 = TLane.MultiplyAdd(r, x5, c5);
            d5 = TLane.MultiplyAdd(s, x5, d5);
            x = (TVector*)((byte*)x + step);
            codes = next;
        }

        Activation activation = work->Activation;
        Write(work->Y, activation, a0, a1, a2, a3, a4, a5);
        Write(work->Y + (1 * work->RowBytes), activation, b0, b1, b2, b3, b4, b5);
        Write(work->Y + (2 * work->RowBytes), activation, c0, c1, c2, c3, c4, c5);
        Write(work->Y + (3 * work->RowBytes), activation, d0, d1, d2, d3, d4, d5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(byte* to, in Activation activation, TVector a, TVector b, TVector c, TVector d, TVector e, TVector f)
    {
        TVector* y = (TVector*)to;
        y[0] = TLane.Activate(a, activation);
        y[1] = TLane.Activate(b, activation);
        y[2] = TLane.Activate(c, activation);
        y[3] = TLane.Activate(d, activation);
        y[4] = TLane.Activate(e, activation);
        y[5] = TLane.Activate(f, activation);
    }
}
