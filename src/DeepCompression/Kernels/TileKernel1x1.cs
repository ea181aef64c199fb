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
        byte* entry = work->Entries, x = work->X;
        int* offsets = work->Offsets;
        TileSegment* end = work->Segments + work->SegmentCount;
        for (TileSegment* segment = work->Segments; segment < end; segment++)
        {
            float* codebook = work->CodebookOffsets == null ? work->Codebook : work->Codebook + work->CodebookOffsets[segment->Row];
            TVector* y = (TVector*)work->Y + ((long)segment->Row * 1);
            TVector a = y[0];
            TVector aOdd = default; // a second chain of sums: one alone waits for its own multiply-adds
            byte* last = entry + (2 * segment->Count);
            for (; entry < last - 2; entry += 4)
            {
                TVector weight = TLane.Broadcast(codebook[entry[1]]), weightOdd = TLane.Broadcast(codebook[entry[3]]);
                TVector* p = (TVector*)(x + offsets[entry[0]]), q = (TVector*)(x + offsets[entry[2]]);
                a = TLane.MultiplyAdd(weight, p[0], a);
                aOdd = TLane.MultiplyAdd(weightOdd, q[0], aOdd);
            }

            if (entry < last)
            {
                TVector weight = TLane.Broadcast(codebook[entry[1]]);
                TVector* p = (TVector*)(x + offsets[entry[0]]);
                a = TLane.MultiplyAdd(weight, p[0], a);
                entry += 2;
            }

            y[0] = TLane.Add(a, aOdd);
        }
    }
}
