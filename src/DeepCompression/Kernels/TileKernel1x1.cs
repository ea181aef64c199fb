using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>One block of sparse rows times 1 vector of inputs side by side: 1 sum of a row in registers.</summary>
internal static unsafe class TileKernel1x1<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>Adds the block's products to the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TileWork* work)
    {
        uint* entry = work->Entries;
        byte* x = work->X;
        nint step = work->PositionBytes;
        Activation activation = work->Activation;
        TileSegment* end = work->Segments + work->SegmentCount;
        for (TileSegment* segment = work->Segments; segment < end; segment++)
        {
            float* codebook = work->GetCodebook(segment->Row);
            TVector* sums = (TVector*)(work->Sums + (segment->Row * work->SumBytes));
            TVector a;
            if (work->Bias != null)
                a = TLane.Broadcast(work->Bias[segment->Row]);
            else
                a = sums[0];
            TVector aOdd = default; // a second chain of sums: one alone waits for its own multiply-adds
            uint* last = entry + segment->Count;
            for (; entry < last - 1; entry += 2)
            {
                ulong pair = *(ulong*)entry; // one load of two entries: loads are what these loops wait for
                TVector weight = TileStep<TLane, TVector>.Weight(codebook, pair);
                TVector* p = TileStep<TLane, TVector>.Inputs(x, pair, step);
                TileStep<TLane, TVector>.Add(weight, p, ref a);
                pair >>= 32;
                weight = TileStep<TLane, TVector>.Weight(codebook, pair);
                p = TileStep<TLane, TVector>.Inputs(x, pair, step);
                TileStep<TLane, TVector>.Add(weight, p, ref aOdd);
            }

            if (entry < last)
            {
                TVector weight = TileStep<TLane, TVector>.Weight(codebook, *entry);
                TVector* p = TileStep<TLane, TVector>.Inputs(x, *entry, step);
                TileStep<TLane, TVector>.Add(weight, p, ref a);
                entry++;
            }

            a = TLane.Add(a, aOdd);
            if (activation.Kind != ActivationKind.None)
            {
                a = TLane.Activate(a, activation);
            }

            TVector* y = (TVector*)(work->Y + (segment->Row * work->RowBytes));
            y[0] = a;
        }
    }
}
