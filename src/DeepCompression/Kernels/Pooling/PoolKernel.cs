using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>Takes sums to where the next layer reads them, windows pooled on the way. A window of one number is moved.</summary>
internal static unsafe class PoolKernel<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>Moves all windows of all rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PoolWork* work)
    {
        Activation activation = work->Activation;
        for (int i = 0; i < work->PlaceCount; i++)
        {
            PoolPlace place = work->Places[i];
            PoolTap* taps = work->Taps + place.FirstTap;
            byte* to = work->To + (place.To * work->StepBytes), end = to + (work->Rows * work->RowBytes);
            if (place.Taps == 4 && !work->IsSum)
            {
                TVector* a = First(work, taps[0]), b = First(work, taps[1]), c = First(work, taps[2]), d = First(work, taps[3]);
                for (; to < end; to += work->RowBytes)
                {
                    Store(to, TLane.Max(TLane.Max(*a, *b), TLane.Max(*c, *d)), activation);
                    a += taps[0].Sums;
                    b += taps[1].Sums;
                    c += taps[2].Sums;
                    d += taps[3].Sums;
                }

                continue;
            }

            for (int row = 0; to < end; row++, to += work->RowBytes)
            {
                TVector value = First(work, taps[0])[row * taps[0].Sums];
                for (int tap = 1; tap < place.Taps; tap++)
                {
                    TVector other = First(work, taps[tap])[row * taps[tap].Sums];
                    value = work->IsSum ? TLane.Add(value, other) : TLane.Max(value, other);
                }

                Store(to, work->IsSum ? TLane.MultiplyAdd(value, TLane.Broadcast(place.Scale), default) : value, activation);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector* First(PoolWork* work, PoolTap tap) => (TVector*)work->From + ((nint)tap.Before * work->Rows) + tap.Index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(byte* to, TVector value, in Activation activation) =>
        *(TVector*)to = TLane.Flush(activation.Kind == ActivationKind.None ? value : TLane.Activate(value, activation));
}
