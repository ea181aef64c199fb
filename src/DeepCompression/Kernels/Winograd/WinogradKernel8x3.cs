using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>8 output channels times 3 vectors of tiles.</summary>
internal static unsafe class WinogradKernel8x3<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>Adds the products of all channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(WinogradProduct* product)
    {
        float* weight = product->Weights, end = weight + (product->Channels * (nint)WinogradWeights.Rows);
        TVector* x = (TVector*)product->Inputs;
        nint step = product->InputBytes, sumBytes = product->SumBytes;
        byte* sums = product->Sums;
        TVector a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2, e0, e1, e2, f0, f1, f2, g0, g1, g2, h0, h1, h2;
        if (product->Adds)
        {
            a0 = ((TVector*)sums)[0];
            a1 = ((TVector*)sums)[1];
            a2 = ((TVector*)sums)[2];
            b0 = ((TVector*)(sums + sumBytes))[0];
            b1 = ((TVector*)(sums + sumBytes))[1];
            b2 = ((TVector*)(sums + sumBytes))[2];
            c0 = ((TVector*)(sums + (2 * sumBytes)))[0];
            c1 = ((TVector*)(sums + (2 * sumBytes)))[1];
            c2 = ((TVector*)(sums + (2 * sumBytes)))[2];
            d0 = ((TVector*)(sums + (3 * sumBytes)))[0];
            d1 = ((TVector*)(sums + (3 * sumBytes)))[1];
            d2 = ((TVector*)(sums + (3 * sumBytes)))[2];
            e0 = ((TVector*)(sums + (4 * sumBytes)))[0];
            e1 = ((TVector*)(sums + (4 * sumBytes)))[1];
            e2 = ((TVector*)(sums + (4 * sumBytes)))[2];
            f0 = ((TVector*)(sums + (5 * sumBytes)))[0];
            f1 = ((TVector*)(sums + (5 * sumBytes)))[1];
            f2 = ((TVector*)(sums + (5 * sumBytes)))[2];
            g0 = ((TVector*)(sums + (6 * sumBytes)))[0];
            g1 = ((TVector*)(sums + (6 * sumBytes)))[1];
            g2 = ((TVector*)(sums + (6 * sumBytes)))[2];
            h0 = ((TVector*)(sums + (7 * sumBytes)))[0];
            h1 = ((TVector*)(sums + (7 * sumBytes)))[1];
            h2 = ((TVector*)(sums + (7 * sumBytes)))[2];
        }
        else
        {
            a0 = a1 = a2 = b0 = b1 = b2 = c0 = c1 = c2 = d0 = d1 = d2 = e0 = e1 = e2 = f0 = f1 = f2 = g0 = g1 = g2 = h0 = h1 = h2 = TLane.Broadcast(0);
        }

        while (weight < end)
        {
            TVector v0 = x[0], v1 = x[1], v2 = x[2];
            TVector w0 = TLane.Broadcast(weight[0]);
            a0 = TLane.MultiplyAdd(w0, v0, a0);
            a1 = TLane.MultiplyAdd(w0, v1, a1);
            a2 = TLane.MultiplyAdd(w0, v2, a2);
            TVector w1 = TLane.Broadcast(weight[1]);
            b0 = TLane.MultiplyAdd(w1, v0, b0);
            b1 = TLane.MultiplyAdd(w1, v1, b1);
            b2 = TLane.MultiplyAdd(w1, v2, b2);
            TVector w2 = TLane.Broadcast(weight[2]);
            c0 = TLane.MultiplyAdd(w2, v0, c0);
            c1 = TLane.MultiplyAdd(w2, v1, c1);
            c2 = TLane.MultiplyAdd(w2, v2, c2);
            TVector w3 = TLane.Broadcast(weight[3]);
            d0 = TLane.MultiplyAdd(w3, v0, d0);
            d1 = TLane.MultiplyAdd(w3, v1, d1);
            d2 = TLane.MultiplyAdd(w3, v2, d2);
            TVector w4 = TLane.Broadcast(weight[4]);
            e0 = TLane.MultiplyAdd(w4, v0, e0);
            e1 = TLane.MultiplyAdd(w4, v1, e1);
            e2 = TLane.MultiplyAdd(w4, v2, e2);
            TVector w5 = TLane.Broadcast(weight[5]);
            f0 = TLane.MultiplyAdd(w5, v0, f0);
            f1 = TLane.MultiplyAdd(w5, v1, f1);
            f2 = TLane.MultiplyAdd(w5, v2, f2);
            TVector w6 = TLane.Broadcast(weight[6]);
            g0 = TLane.MultiplyAdd(w6, v0, g0);
            g1 = TLane.MultiplyAdd(w6, v1, g1);
            g2 = TLane.MultiplyAdd(w6, v2, g2);
            TVector w7 = TLane.Broadcast(weight[7]);
            h0 = TLane.MultiplyAdd(w7, v0, h0);
            h1 = TLane.MultiplyAdd(w7, v1, h1);
            h2 = TLane.MultiplyAdd(w7, v2, h2);
            weight += WinogradWeights.Rows;
            x = (TVector*)((byte*)x + step);
        }

        ((TVector*)sums)[0] = a0;
        ((TVector*)sums)[1] = a1;
        ((TVector*)sums)[2] = a2;
        ((TVector*)(sums + sumBytes))[0] = b0;
        ((TVector*)(sums + sumBytes))[1] = b1;
        ((TVector*)(sums + sumBytes))[2] = b2;
        ((TVector*)(sums + (2 * sumBytes)))[0] = c0;
        ((TVector*)(sums + (2 * sumBytes)))[1] = c1;
        ((TVector*)(sums + (2 * sumBytes)))[2] = c2;
        ((TVector*)(sums + (3 * sumBytes)))[0] = d0;
        ((TVector*)(sums + (3 * sumBytes)))[1] = d1;
        ((TVector*)(sums + (3 * sumBytes)))[2] = d2;
        ((TVector*)(sums + (4 * sumBytes)))[0] = e0;
        ((TVector*)(sums + (4 * sumBytes)))[1] = e1;
        ((TVector*)(sums + (4 * sumBytes)))[2] = e2;
        ((TVector*)(sums + (5 * sumBytes)))[0] = f0;
        ((TVector*)(sums + (5 * sumBytes)))[1] = f1;
        ((TVector*)(sums + (5 * sumBytes)))[2] = f2;
        ((TVector*)(sums + (6 * sumBytes)))[0] = g0;
        ((TVector*)(sums + (6 * sumBytes)))[1] = g1;
        ((TVector*)(sums + (6 * sumBytes)))[2] = g2;
        ((TVector*)(sums + (7 * sumBytes)))[0] = h0;
        ((TVector*)(sums + (7 * sumBytes)))[1] = h1;
        ((TVector*)(sums + (7 * sumBytes)))[2] = h2;
    }
}
