using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>
/// The greatest numbers of windows of one plane: ONNX MaxPool of one channel of one image, then a bias and an activation. Rows of a window first, where all
/// columns stand in the lanes.
/// </summary>
internal static unsafe class PlanePool<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    private const int RowsAtOnce = 3; // of a window

    /// <summary>Pools a plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PlanePoolWork* work, PoolingGeometry geometry)
    {
        int width = work->Width, columns = geometry.GetOutputWidth(width), window = geometry.KernelWidth, step = geometry.StrideWidth, lanes = sizeof(TVector) / sizeof(float);
        bool isDirect = step <= 2 && geometry is { PadLeft: 0, PadRight: 0, KernelHeight: <= RowsAtOnce }; // nothing is stored on the way
        float* to = work->To, end = to + ((nint)(work->End - work->First) * columns), room = work->Room, inner = room + geometry.PadLeft;
        Activation activation = work->Activation;
        TVector bias = TLane.Broadcast(work->Bias);
        Fill(room, 0, geometry.PadLeft);
        for (int row = work->First; row < work->End; row++, to += columns)
        {
            int top = (row * geometry.StrideHeight) - geometry.PadTop, bottom = Math.Min(top + geometry.KernelHeight, work->Height);
            top = Math.Max(top, 0);
            float* a = room, b = room, c = room; // some may be the same
            if (isDirect)
            {
                a = work->Rows.At(top);
                b = work->Rows.At(Math.Min(top + 1, bottom - 1));
                c = work->Rows.At(bottom - 1);
            }
            else
            {
                GatherRows(work, top, bottom, inner);
                Fill(inner, width, width + geometry.PadRight);
            }

            int column = 0;
            for (; step <= 2 && column < columns; column += lanes, a += lanes * step, b += lanes * step, c += lanes * step)
            {
                TVector result = TLane.Activate(TLane.Add(step == 1 ? Neighbours(a, b, c, window) : EveryOther(a, b, c, window), bias), activation);
                if (to + column + lanes <= end) // what stands behind the row is written later
                {
                    *(TVector*)(to + column) = result;
                    continue;
                }

                *(TVector*)room = result; // which is not read any more
                ShortRow.Copy(room, to + column, Math.Min(columns - column, lanes));
                Fill(room, 0, geometry.PadLeft);
            }

            for (; column < columns; column++)
            {
                float result = room[column * step];
                for (int i = 1; i < window; i++)
                    result = MathF.Max(result, room[(column * step) + i]);
                to[column] = activation.Apply(result + work->Bias);
            }
        }
    }

    /// <summary>Windows that start at every column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Neighbours(float* a, float* b, float* c, int window)
    {
        TVector result = Greatest(a, b, c);
        for (int i = 1; i < window; i++)
            result = TLane.Max(result, Greatest(a + i, b + i, c + i));
        return result;
    }

    /// <summary>Windows that start at every other column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector EveryOther(float* a, float* b, float* c, int window)
    {
        int lanes = sizeof(TVector) / sizeof(float);
        TVector low = Greatest(a, b, c), high = Greatest(a + lanes, b + lanes, c + lanes), result = TLane.Evens(low, high);
        if (window > 1)
            result = TLane.Max(result, TLane.Odds(low, high));
        for (int i = 2; i < window; i += 2)
        {
            (low, high) = (Greatest(a + i, b + i, c + i), Greatest(a + i + lanes, b + i + lanes, c + i + lanes));
            result = TLane.Max(result, TLane.Evens(low, high));
            if (i + 1 < window)
                result = TLane.Max(result, TLane.Odds(low, high));
        }

        return result;
    }

    /// <summary>The greatest number of every column of three rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Greatest(float* a, float* b, float* c) => TLane.Max(TLane.Max(*(TVector*)a, *(TVector*)b), *(TVector*)c);

    /// <summary>The greatest number of every column of some rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherRows(PlanePoolWork* work, int top, int bottom, float* to)
    {
        for (int column = 0; column < work->Width; column += sizeof(TVector) / sizeof(float))
        {
            TVector result = *(TVector*)(work->Rows.At(top) + column);
            for (int row = top + 1; row < bottom; row++)
                result = TLane.Max(result, *(TVector*)(work->Rows.At(row) + column));
            *(TVector*)(to + column) = result;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(float* to, int start, int end)
    {
        for (int i = start; i < end; i++)
            to[i] = float.NegativeInfinity;
    }
}
