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
    /// <summary>Pools a plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PlanePoolWork* work, PoolingGeometry geometry)
    {
        int width = work->Width, columns = geometry.GetOutputWidth(width), window = geometry.KernelWidth, step = geometry.StrideWidth, lanes = sizeof(TVector) / sizeof(float);
        bool isDirect = step <= 2 && geometry is { PadLeft: 0, PadRight: 0 }; // nothing is stored on the way
        float* to = work->To, room = work->Room, inner = room + geometry.PadLeft;
        PlaneRows rows = work->Rows, padded = new((nint)room, 0);
        Activation activation = work->Activation;
        TVector bias = TLane.Broadcast(work->Bias);
        Fill(room, 0, geometry.PadLeft);
        for (int row = work->First; row < work->End; row++, to += columns)
        {
            int top = (row * geometry.StrideHeight) - geometry.PadTop, bottom = Math.Min(top + geometry.KernelHeight, work->Height);
            top = Math.Max(top, 0);
            if (!isDirect)
            {
                for (int i = 0; i < width; i += lanes)
                    *(TVector*)(inner + i) = Column(rows, top, bottom, i);
                Fill(inner, width, width + geometry.PadRight);
            }

            int column = 0;
            for (; step <= 2 && column < columns; column += lanes)
            {
                TVector result = isDirect ? Windows(rows, top, bottom, column * step, window, step) : Windows(padded, 0, 1, column * step, window, step);
                result = TLane.Activate(TLane.Add(result, bias), activation);
                if (column + lanes <= columns)
                {
                    *(TVector*)(to + column) = result;
                    continue;
                }

                *(TVector*)room = result; // which is not read any more
                ShortRow.Copy(room, to + column, columns - column);
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

    /// <summary>As many windows as there are lanes, each one or two columns from the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Windows(PlaneRows rows, int top, int bottom, int column, int window, int step)
    {
        TVector result = Column(rows, top, bottom, column);
        if (step == 1)
        {
            for (int i = 1; i < window; i++)
                result = TLane.Max(result, Column(rows, top, bottom, column + i));
            return result;
        }

        int lanes = sizeof(TVector) / sizeof(float);
        for (int i = 0; i < window; i += 2)
        {
            TVector a = i == 0 ? result : Column(rows, top, bottom, column + i), b = Column(rows, top, bottom, column + i + lanes), evens = TLane.Evens(a, b);
            result = i == 0 ? evens : TLane.Max(result, evens);
            if (i + 1 < window)
                result = TLane.Max(result, TLane.Odds(a, b));
        }

        return result;
    }

    /// <summary>The greatest number of every column of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Column(PlaneRows rows, int top, int bottom, int column)
    {
        TVector result = *(TVector*)(rows.At(top) + column);
        for (int row = top + 1; row < bottom; row++)
            result = TLane.Max(result, *(TVector*)(rows.At(row) + column));
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(float* to, int start, int end)
    {
        for (int i = start; i < end; i++)
            to[i] = float.NegativeInfinity;
    }
}
