using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>16 output channels times 2 tiles, the output channels in the lanes: of a vector with few tiles, other kernels would compute many lanes for nothing.</summary>
internal static unsafe class WinogradKernelTiles<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>Adds the products of all channels. The second tile may be one that nobody asks for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(WinogradProduct* product)
    {
        const int Unrolled = 4; // channels: sums of their own, or each would wait for the one before
        int lanes = sizeof(TVector) / sizeof(float);
        TVector* room = stackalloc TVector[2];
        nint step = product->InputBytes, sumBytes = product->SumBytes;
        for (int row = 0; row < WinogradWeights.Rows; row += lanes)
        {
            float* weight = product->Weights + row;
            byte* x = product->Inputs, sums = product->Sums + (row * sumBytes);
            TVector a0 = TLane.Broadcast(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
            int channel = 0;
            for (; channel <= product->Channels - Unrolled; channel += Unrolled, weight += Unrolled * WinogradWeights.Rows, x += Unrolled * step)
            {
                Add(weight, (float*)x, ref a0, ref b0);
                Add(weight + WinogradWeights.Rows, (float*)(x + step), ref a1, ref b1);
                Add(weight + (2 * WinogradWeights.Rows), (float*)(x + (2 * step)), ref a2, ref b2);
                Add(weight + (3 * WinogradWeights.Rows), (float*)(x + (3 * step)), ref a3, ref b3);
            }

            for (; channel < product->Channels; channel++, weight += WinogradWeights.Rows, x += step)
                Add(weight, (float*)x, ref a0, ref b0);
            room[0] = TLane.Add(TLane.Add(a0, a1), TLane.Add(a2, a3));
            room[1] = TLane.Add(TLane.Add(b0, b1), TLane.Add(b2, b3));
            float* found = (float*)room;
            for (int lane = 0; lane < lanes; lane++, sums += sumBytes)
            {
                float* sum = (float*)sums;
                sum[0] = found[lane] + (product->Adds ? sum[0] : 0);
                sum[1] = found[lanes + lane] + (product->Adds ? sum[1] : 0);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* weight, float* x, ref TVector a, ref TVector b)
    {
        TVector weights = *(TVector*)weight;
        a = TLane.MultiplyAdd(weights, TLane.Broadcast(x[0]), a);
        b = TLane.MultiplyAdd(weights, TLane.Broadcast(x[1]), b);
    }
}
