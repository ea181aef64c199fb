using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>16 output channels times 1 vector of tiles.</summary>
internal static unsafe class WinogradKernel16x1<TLane, TVector>
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
        TVector a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15;
        if (product->Adds)
        {
            a0 = ((TVector*)sums)[0];
            a1 = ((TVector*)(sums + sumBytes))[0];
            a2 = ((TVector*)(sums + (2 * sumBytes)))[0];
            a3 = ((TVector*)(sums + (3 * sumBytes)))[0];
            a4 = ((TVector*)(sums + (4 * sumBytes)))[0];
            a5 = ((TVector*)(sums + (5 * sumBytes)))[0];
            a6 = ((TVector*)(sums + (6 * sumBytes)))[0];
            a7 = ((TVector*)(sums + (7 * sumBytes)))[0];
            a8 = ((TVector*)(sums + (8 * sumBytes)))[0];
            a9 = ((TVector*)(sums + (9 * sumBytes)))[0];
            a10 = ((TVector*)(sums + (10 * sumBytes)))[0];
            a11 = ((TVector*)(sums + (11 * sumBytes)))[0];
            a12 = ((TVector*)(sums + (12 * sumBytes)))[0];
            a13 = ((TVector*)(sums + (13 * sumBytes)))[0];
            a14 = ((TVector*)(sums + (14 * sumBytes)))[0];
            a15 = ((TVector*)(sums + (15 * sumBytes)))[0];
        }
        else
        {
            a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = a8 = a9 = a10 = a11 = a12 = a13 = a14 = a15 = TLane.Broadcast(0);
        }

        while (weight < end)
        {
            TVector v = *x;
            a0 = TLane.MultiplyAdd(TLane.Broadcast(weight[0]), v, a0);
            a1 = TLane.MultiplyAdd(TLane.Broadcast(weight[1]), v, a1);
            a2 = TLane.MultiplyAdd(TLane.Broadcast(weight[2]), v, a2);
            a3 = TLane.MultiplyAdd(TLane.Broadcast(weight[3]), v, a3);
            a4 = TLane.MultiplyAdd(TLane.Broadcast(weight[4]), v, a4);
            a5 = TLane.MultiplyAdd(TLane.Broadcast(weight[5]), v, a5);
            a6 = TLane.MultiplyAdd(TLane.Broadcast(weight[6]), v, a6);
            a7 = TLane.MultiplyAdd(TLane.Broadcast(weight[7]), v, a7);
            a8 = TLane.MultiplyAdd(TLane.Broadcast(weight[8]), v, a8);
            a9 = TLane.MultiplyAdd(TLane.Broadcast(weight[9]), v, a9);
            a10 = TLane.MultiplyAdd(TLane.Broadcast(weight[10]), v, a10);
            a11 = TLane.MultiplyAdd(TLane.Broadcast(weight[11]), v, a11);
            a12 = TLane.MultiplyAdd(TLane.Broadcast(weight[12]), v, a12);
            a13 = TLane.MultiplyAdd(TLane.Broadcast(weight[13]), v, a13);
            a14 = TLane.MultiplyAdd(TLane.Broadcast(weight[14]), v, a14);
            a15 = TLane.MultiplyAdd(TLane.Broadcast(weight[15]), v, a15);
            weight += WinogradWeights.Rows;
            x = (TVector*)((byte*)x + step);
        }

        ((TVector*)sums)[0] = a0;
        ((TVector*)(sums + sumBytes))[0] = a1;
        ((TVector*)(sums + (2 * sumBytes)))[0] = a2;
        ((TVector*)(sums + (3 * sumBytes)))[0] = a3;
        ((TVector*)(sums + (4 * sumBytes)))[0] = a4;
        ((TVector*)(sums + (5 * sumBytes)))[0] = a5;
        ((TVector*)(sums + (6 * sumBytes)))[0] = a6;
        ((TVector*)(sums + (7 * sumBytes)))[0] = a7;
        ((TVector*)(sums + (8 * sumBytes)))[0] = a8;
        ((TVector*)(sums + (9 * sumBytes)))[0] = a9;
        ((TVector*)(sums + (10 * sumBytes)))[0] = a10;
        ((TVector*)(sums + (11 * sumBytes)))[0] = a11;
        ((TVector*)(sums + (12 * sumBytes)))[0] = a12;
        ((TVector*)(sums + (13 * sumBytes)))[0] = a13;
        ((TVector*)(sums + (14 * sumBytes)))[0] = a14;
        ((TVector*)(sums + (15 * sumBytes)))[0] = a15;
    }
}
