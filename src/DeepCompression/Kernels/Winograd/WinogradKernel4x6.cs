using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>4 output channels times 6 vectors of tiles.</summary>
internal static unsafe class WinogradKernel4x6<TLane, TVector>
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
        TVector a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5, c0, c1, c2, c3, c4, c5, d0, d1, d2, d3, d4, d5;
        if (product->Adds)
        {
            a0 = ((TVector*)sums)[0];
            a1 = ((TVector*)sums)[1];
            a2 = ((TVector*)sums)[2];
            a3 = ((TVector*)sums)[3];
            a4 = ((TVector*)sums)[4];
            a5 = ((TVector*)sums)[5];
            b0 = ((TVector*)(sums + sumBytes))[0];
            b1 = ((TVector*)(sums + sumBytes))[1];
            b2 = ((TVector*)(sums + sumBytes))[2];
            b3 = ((TVector*)(sums + sumBytes))[3];
            b4 = ((TVector*)(sums + sumBytes))[4];
            b5 = ((TVector*)(sums + sumBytes))[5];
            c0 = ((TVector*)(sums + (2 * sumBytes)))[0];
            c1 = ((TVector*)(sums + (2 * sumBytes)))[1];
            c2 = ((TVector*)(sums + (2 * sumBytes)))[2];
            c3 = ((TVector*)(sums + (2 * sumBytes)))[3];
            c4 = ((TVector*)(sums + (2 * sumBytes)))[4];
            c5 = ((TVector*)(sums + (2 * sumBytes)))[5];
            d0 = ((TVector*)(sums + (3 * sumBytes)))[0];
            d1 = ((TVector*)(sums + (3 * sumBytes)))[1];
            d2 = ((TVector*)(sums + (3 * sumBytes)))[2];
            d3 = ((TVector*)(sums + (3 * sumBytes)))[3];
            d4 = ((TVector*)(sums + (3 * sumBytes)))[4];
            d5 = ((TVector*)(sums + (3 * sumBytes)))[5];
        }
        else
        {
            a0 = a1 = a2 = a3 = a4 = a5 = b0 = b1 = b2 = b3 = b4 = b5 = c0 = c1 = c2 = c3 = c4 = c5 = d0 = d1 = d2 = d3 = d4 = d5 = TLane.Broadcast(0);
        }

        while (weight < end)
        {
            TVector w0 = TLane.Broadcast(weight[0]);
            TVector w1 = TLane.Broadcast(weight[1]);
            TVector w2 = TLane.Broadcast(weight[2]);
            TVector w3 = TLane.Broadcast(weight[3]);
            TVector v0 = x[0];
            a0 = TLane.MultiplyAdd(w0, v0, a0);
            b0 = TLane.MultiplyAdd(w1, v0, b0);
            c0 = TLane.MultiplyAdd(w2, v0, c0);
            d0 = TLane.MultiplyAdd(w3, v0, d0);
            TVector v1 = x[1];
            a1 = TLane.MultiplyAdd(w0, v1, a1);
            b1 = TLane.MultiplyAdd(w1, v1, b1);
            c1 = TLane.MultiplyAdd(w2, v1, c1);
            d1 = TLane.MultiplyAdd(w3, v1, d1);
            TVector v2 = x[2];
            a2 = TLane.MultiplyAdd(w0, v2, a2);
            b2 = TLane.MultiplyAdd(w1, v2, b2);
            c2 = TLane.MultiplyAdd(w2, v2, c2);
            d2 = TLane.MultiplyAdd(w3, v2, d2);
            TVector v3 = x[3];
            a3 = TLane.MultiplyAdd(w0, v3, a3);
            b3 = TLane.MultiplyAdd(w1, v3, b3);
            c3 = TLane.MultiplyAdd(w2, v3, c3);
            d3 = TLane.MultiplyAdd(w3, v3, d3);
            TVector v4 = x[4];
            a4 = TLane.MultiplyAdd(w0, v4, a4);
            b4 = TLane.MultiplyAdd(w1, v4, b4);
            c4 = TLane.MultiplyAdd(w2, v4, c4);
            d4 = TLane.MultiplyAdd(w3, v4, d4);
            TVector v5 = x[5];
            a5 = TLane.MultiplyAdd(w0, v5, a5);
            b5 = TLane.MultiplyAdd(w1, v5, b5);
            c5 = TLane.MultiplyAdd(w2, v5, c5);
            d5 = TLane.MultiplyAdd(w3, v5, d5);
            weight += WinogradWeights.Rows;
            x = (TVector*)((byte*)x + step);
        }

        ((TVector*)sums)[0] = a0;
        ((TVector*)sums)[1] = a1;
        ((TVector*)sums)[2] = a2;
        ((TVector*)sums)[3] = a3;
        ((TVector*)sums)[4] = a4;
        ((TVector*)sums)[5] = a5;
        ((TVector*)(sums + sumBytes))[0] = b0;
        ((TVector*)(sums + sumBytes))[1] = b1;
        ((TVector*)(sums + sumBytes))[2] = b2;
        ((TVector*)(sums + sumBytes))[3] = b3;
        ((TVector*)(sums + sumBytes))[4] = b4;
        ((TVector*)(sums + sumBytes))[5] = b5;
        ((TVector*)(sums + (2 * sumBytes)))[0] = c0;
        ((TVector*)(sums + (2 * sumBytes)))[1] = c1;
        ((TVector*)(sums + (2 * sumBytes)))[2] = c2;
        ((TVector*)(sums + (2 * sumBytes)))[3] = c3;
        ((TVector*)(sums + (2 * sumBytes)))[4] = c4;
        ((TVector*)(sums + (2 * sumBytes)))[5] = c5;
        ((TVector*)(sums + (3 * sumBytes)))[0] = d0;
        ((TVector*)(sums + (3 * sumBytes)))[1] = d1;
        ((TVector*)(sums + (3 * sumBytes)))[2] = d2;
        ((TVector*)(sums + (3 * sumBytes)))[3] = d3;
        ((TVector*)(sums + (3 * sumBytes)))[4] = d4;
        ((TVector*)(sums + (3 * sumBytes)))[5] = d5;
    }
}
