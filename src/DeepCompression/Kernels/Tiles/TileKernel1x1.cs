using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>One block of sparse rows times 1 vector of inputs side by side: 1 sum of a row in registers.</summary>
internal static unsafe class TileKernel1x1<TLane, TVector, TCentroids>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
    where TCentroids : struct, ICentroids<TCentroids, TVector>
{
    /// <summary>Adds the block's products to the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TileWork* work)
    {
        uint* entry = work->Entries;
        byte* x = work->X;
        nint step = work->PositionBytes;
        Activation activation = work->Activation;
        TCentroids centroids = TCentroids.Load(work->Codebook);
        TileSegment* end = work->Segments + work->SegmentCount;
        for (TileSegment* segment = work->Segments; segment < end; segment++)
        {
            if (work->CodebookOffsets != null)
                centroids = TCentroids.Load(work->Codebook + work->CodebookOffsets[segment->Row]);
            TVector* sums = (TVector*)(work->Sums + (segment->Row * work->SumBytes));
            TVector a;
            if (work->Bias != null)
                a = TLane.Broadcast(work->Bias[segment->Row]);
            else
                a = sums[0];
            TVector b = default, c = default, d = default; // more chains of sums: one alone waits for its own multiply-adds
            uint* last = entry + segment->Count;
            for (; entry < last - 3; entry += 4)
            {
                ulong first = *(ulong*)entry, second = *(ulong*)(entry + 2); // two entries a load: loads are what these loops wait for
                Add(centroids, x, first, step, ref a);
                Add(centroids, x, first >> 32, step, ref b);
                Add(centroids, x, second, step, ref c);
                Add(centroids, x, second >> 32, step, ref d);
            }

            for (; entry < last; entry++)
                Add(centroids, x, *entry, step, ref a);
            a = TLane.Add(TLane.Add(a, b), TLane.Add(c, d));
            if (activation.Kind != ActivationKind.None)
            {
                a = TLane.Activate(a, activation);
            }

            TVector* y = (TVector*)(work->Y + (segment->Row * work->RowBytes));
            y[0] = a;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(in TCentroids centroids, byte* x, ulong entry, nint step, ref TVector sum) =>
        TileStep<TLane, TVector>.Add(centroids.GetWeight(entry), TileStep<TLane, TVector>.Inputs(x, entry, step), ref sum);
}
