using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>One block of sparse rows times two runs of 7 vectors of inputs: 14 sums of a row in registers.</summary>
internal static unsafe class TileKernel2x7<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>Adds the block's products to the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TileWork* work)
    {
        byte* entry = work->Entries, x = work->X;
        int* offsets = work->Offsets;
        nint run = work->RunStride;
        TileSegment* end = work->Segments + work->SegmentCount;
        for (TileSegment* segment = work->Segments; segment < end; segment++)
        {
            float* codebook = work->CodebookOffsets == null ? work->Codebook : work->Codebook + work->CodebookOffsets[segment->Row];
            TVector* y = (TVector*)work->Y + ((long)segment->Row * 14);
            TVector a = y[0], b = y[1], c = y[2], d = y[3], e = y[4], f = y[5], g = y[6], h = y[7], i = y[8], j = y[9], k = y[10], l = y[11], m = y[12], n = y[13];
            for (byte* last = entry + (2 * segment->Count); entry < last; entry += 2)
            {
                TVector weight = TLane.Broadcast(codebook[entry[1]]);
                TVector* p = (TVector*)(x + offsets[entry[0]]);
                a = TLane.MultiplyAdd(weight, p[0], a);
                b = TLane.MultiplyAdd(weight, p[1], b);
                c = TLane.MultiplyAdd(weight, p[2], c);
                d = TLane.MultiplyAdd(weight, p[3], d);
                e = TLane.MultiplyAdd(weight, p[4], e);
                f = TLane.MultiplyAdd(weight, p[5], f);
                g = TLane.MultiplyAdd(weight, p[6], g);
                p = (TVector*)((byte*)p + run);
                h = TLane.MultiplyAdd(weight, p[0], h);
                i = TLane.MultiplyAdd(weight, p[1], i);
                j = TLane.MultiplyAdd(weight, p[2], j);
                k = TLane.MultiplyAdd(weight, p[3], k);
                l = TLane.MultiplyAdd(weight, p[4], l);
                m = TLane.MultiplyAdd(weight, p[5], m);
                n = TLane.MultiplyAdd(weight, p[6], n);
            }

            y[0] = a;
            y[1] = b;
            y[2] = c;
            y[3] = d;
            y[4] = e;
            y[5] = f;
            y[6] = g;
            y[7] = h;
            y[8] = i;
            y[9] = j;
            y[10] = k;
            y[11] = l;
            y[12] = m;
            y[13] = n;
        }
    }
}
