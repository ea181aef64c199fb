using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>Outputs from sums: Aᵀ p A, with bias and activation.</summary>
internal static unsafe class WinogradOutput<TPoints, TLane, TVector>
    where TPoints : struct, IWinogradPoints<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    private const int Outputs = WinogradTiling.Outputs;

    /// <summary>Transforms an output channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(WinogradOutputWork* work)
    {
        TVector* half = (TVector*)work->Room;
        byte* sums = work->Sums;
        float* to = work->Rows;
        nint point = work->PointBytes, row = TPoints.Count * point;
        for (int vector = 0; vector < work->Vectors; vector++, sums += sizeof(TVector), to += Outputs * sizeof(TVector) / sizeof(float))
        {
            for (int i = 0; i < TPoints.Count; i++)
            {
                TPoints.Output(sums + (i * point), row, out TVector y0, out TVector y1, out TVector y2, out TVector y3);
                half[i] = y0;
                half[TPoints.Count + i] = y1;
                half[(2 * TPoints.Count) + i] = y2;
                half[(3 * TPoints.Count) + i] = y3;
            }

            for (int i = 0; i < Outputs; i++)
            {
                TPoints.Output((byte*)(half + (i * TPoints.Count)), sizeof(TVector), out TVector y0, out TVector y1, out TVector y2, out TVector y3);
                TLane.StoreFours(y0, y1, y2, y3, to + (i * work->RowLength));
            }
        }
    }

    /// <summary>Writes a run of numbers with bias and activation.</summary>
    /// <param name="from">The numbers; so many as a vector has may be read.</param>
    /// <param name="to">Where they go.</param>
    /// <param name="count">How many.</param>
    /// <param name="bias">Added to every one.</param>
    /// <param name="activation">Applied to every one.</param>
    /// <param name="room">Room for a vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(float* from, float* to, int count, float bias, Activation* activation, byte* room)
    {
        int lanes = sizeof(TVector) / sizeof(float), i = 0;
        TVector shift = TLane.Broadcast(bias);
        Activation function = *activation;
        for (; i <= count - lanes; i += lanes)
            *(TVector*)(to + i) = TLane.Activate(TLane.Add(*(TVector*)(from + i), shift), function);
        if (i == count)
            return;
        i = Math.Max(count - lanes, 0); // the last vector overlaps the one before
        TVector last = TLane.Activate(TLane.Add(*(TVector*)(from + i), shift), function);
        if (count >= lanes)
        {
            *(TVector*)(to + i) = last;
            return;
        }

        *(TVector*)room = last;
        ShortRow.Copy((float*)room, to, count);
    }
}
