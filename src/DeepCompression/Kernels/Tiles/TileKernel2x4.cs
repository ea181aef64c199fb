using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>One block of sparse rows times two runs of 4 vectors of inputs: 8 sums of a row in registers.</summary>
internal static unsafe class TileKernel2x4<TLane, TVector, TCentroids>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
    where TCentroids : struct, ICentroids<TCentroids, TVector>
{
    /// <summary>Adds the block's products to the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TileWork* work)
    {
        uint* entry = work->Entries;
        ulong pair = *(ulong*)entry, next = *(ulong*)(entry + 2); // of two entries; loaded long before it is used, or the inputs wait for their addresses
        byte* x = work->X;
        nint step = work->PositionBytes, run = work->RunBytes;
        Activation activation = work->Activation;
        TCentroids centroids = TCentroids.Load(work->Codebook);
        TileSegment* end = work->Segments + work->SegmentCount;
        for (TileSegment* segment = work->Segments; segment < end; segment++)
        {
            if (work->CodebookOffsets != null)
                centroids = TCentroids.Load(work->Codebook + work->CodebookOffsets[segment->Row]);
            TVector* sums = (TVector*)(work->Sums + (segment->Row * work->SumBytes));
            TVector a, b, c, d, e, f, g, h;
            if (work->Bias != null)
                a = b = c = d = e = f = g = h = TLane.Broadcast(work->Bias[segment->Row]);
            else
                (a, b, c, d, e, f, g, h) = (sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6], sums[7]);
            uint* last = entry + segment->Count;
            for (; entry < last - 1; entry += 2)
            {
                ulong after = *(ulong*)(entry + 4);
                TVector weight = centroids.GetWeight(pair);
                TVector* p = TileStep<TLane, TVector>.Inputs(x, pair, step);
                TileStep<TLane, TVector>.Add(weight, p, ref a, ref b, ref c, ref d);
                TileStep<TLane, TVector>.Add(weight, (TVector*)((byte*)p + run), ref e, ref f, ref g, ref h);
                pair >>= 32;
                weight = centroids.GetWeight(pair);
                p = TileStep<TLane, TVector>.Inputs(x, pair, step);
                TileStep<TLane, TVector>.Add(weight, p, ref a, ref b, ref c, ref d);
                TileStep<TLane, TVector>.Add(weight, (TVector*)((byte*)p + run), ref e, ref f, ref g, ref h);
                (pair, next) = (next, after);
            }

            if (entry < last)
            {
                TVector weight = centroids.GetWeight(pair);
                TVector* p = TileStep<TLane, TVector>.Inputs(x, pair, step);
                TileStep<TLane, TVector>.Add(weight, p, ref a, ref b, ref c, ref d);
                TileStep<TLane, TVector>.Add(weight, (TVector*)((byte*)p + run), ref e, ref f, ref g, ref h);
                pair = *(ulong*)++entry;
                next = *(ulong*)(entry + 2);
            }

            if (activation.Kind != ActivationKind.None)
            {
                a = TLane.Activate(a, activation);
                b = TLane.Activate(b, activation);
                c = TLane.Activate(c, activation);
                d = TLane.Activate(d, activation);
                e = TLane.Activate(e, activation);
                f = TLane.Activate(f, activation);
                g = TLane.Activate(g, activation);
                h = TLane.Activate(h, activation);
            }

            TVector* y = (TVector*)(work->Y + (segment->Row * work->RowBytes));
            y[0] = a;
            y[1] = b;
            y[2] = c;
            y[3] = d;
            y[4] = e;
            y[5] = f;
            y[6] = g;
            y[7] = h;
        }
    }
}
