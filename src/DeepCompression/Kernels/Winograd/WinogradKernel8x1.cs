using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>8 output channels times 1 vector of tiles.</summary>
internal static unsafe class WinogradKernel8x1<TLane, TVector>
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
        TVector a0, b0, c0, d0, e0, f0, g0, h0;
        if (product->Adds)
        {
            a0 = ((TVector*)sums)[0];
            b0 = ((TVector*)(sums + sumBytes))[0];
            c0 = ((TVector*)(sums + (2 * sumBytes)))[0];
            d0 = ((TVector*)(sums + (3 * sumBytes)))[0];
            e0 = ((TVector*)(sums + (4 * sumBytes)))[0];
            f0 = ((TVector*)(sums + (5 * sumBytes)))[0];
            g0 = ((TVector*)(sums + (6 * sumBytes)))[0];
            h0 = ((TVector*)(sums + (7 * sumBytes)))[0];
        }
        else
        {
            a0 = b0 = c0 = d0 = e0 = f0 = g0 = h0 = TLane.Broadcast(0);
        }

        while (weight < end)
        {
            TVector v0 = x[0];
            TVector w0 = TLane.Broadcast(weight[0]);
            a0 = TLane.MultiplyAdd(w0, v0, a0);
            TVector w1 = TLane.Broadcast(weight[1]);
            b0 = TLane.MultiplyAdd(w1, v0, b0);
            TVector w2 = TLane.Broadcast(weight[2]);
            c0 = TLane.MultiplyAdd(w2, v0, c0);
            TVector w3 = TLane.Broadcast(weight[3]);
            d0 = TLane.MultiplyAdd(w3, v0, d0);
            TVector w4 = TLane.Broadcast(weight[4]);
            e0 = TLane.MultiplyAdd(w4, v0, e0);
            TVector w5 = TLane.Broadcast(weight[5]);
            f0 = TLane.MultiplyAdd(w5, v0, f0);
            TVector w6 = TLane.Broadcast(weight[6]);
            g0 = TLane.MultiplyAdd(w6, v0, g0);
            TVector w7 = TLane.Broadcast(weight[7]);
            h0 = TLane.MultiplyAdd(w7, v0, h0);
            weight += WinogradWeights.Rows;
            x = (TVector*)((byte*)x + step);
        }

        ((TVector*)sums)[0] = a0;
        ((TVector*)(sums + sumBytes))[0] = b0;
        ((TVector*)(sums + (2 * sumBytes)))[0] = c0;
        ((TVector*)(sums + (3 * sumBytes)))[0] = d0;
        ((TVector*)(sums + (4 * sumBytes)))[0] = e0;
        ((TVector*)(sums + (5 * sumBytes)))[0] = f0;
        ((TVector*)(sums + (6 * sumBytes)))[0] = g0;
        ((TVector*)(sums + (7 * sumBytes)))[0] = h0;
    }
}
