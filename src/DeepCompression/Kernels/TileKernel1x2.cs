using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>One block of sparse rows times 2 vectors of inputs side by side: 2 sums of a row in registers.</summary>
internal static unsafe class TileKernel1x2<TLane, TVector>
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
            TVector* y = (TVector*)work->Y + ((long)segment->Row * 2);
            TVector a = y[0], b = y[1];
            for (byte* last = entry + (2 * segment->Count); entry < last; entry += 2)
            {
                TVector weight = TLane.Broadcast(codebook[entry[1]]);
                TVector* p = (TVector*)(x + offsets[entry[0]]);
                a = TLane.MultiplyAdd(weight, p[0], a);
                b = TLane.MultiplyAdd(weight, p[1], b);
            }

            y[0] = a;
            y[1] = b;
        }
    }
}
