using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>The greatest numbers of windows of one plane: ONNX MaxPool of one channel of one image. Rows of a window first, where all columns stand in the lanes.</summary>
internal static unsafe class PlanePool<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>Pools a plane.</summary>
    /// <param name="from">The plane, row after row; behind it, as many numbers as two vectors and a window have may be read.</param>
    /// <param name="stride">Numbers from a row to the next.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="geometry">Windows.</param>
    /// <param name="first">The first row of results.</param>
    /// <param name="end">The row behind the last.</param>
    /// <param name="to">Where the results go, the first row at once, row after row.</param>
    /// <param name="room">Room for a row with pads, a window and four vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* from, nint stride, int height, int width, PoolingGeometry geometry, int first, int end, float* to, float* room)
    {
        int columns = geometry.GetOutputWidth(width), window = geometry.KernelWidth, step = geometry.StrideWidth;
        bool isDirect = step <= 2 && geometry is { PadLeft: 0, PadRight: 0 };
        float* inner = room + geometry.PadLeft;
        Fill(room, 0, geometry.PadLeft);
        for (int row = first; row < end; row++, to += columns)
        {
            int top = (row * geometry.StrideHeight) - geometry.PadTop, bottom = Math.Min(top + geometry.KernelHeight, height);
            top = Math.Max(top, 0);
            if (isDirect)
            {
                WriteRow(from + (top * stride), bottom - top, stride, window, step, to, columns, room);
                continue;
            }

            Greatest(from + (top * stride), bottom - top, stride, width, inner);
            Fill(inner, width, width + geometry.PadRight);
            int lanes = sizeof(TVector) / sizeof(float), column = 0;
            for (; step <= 2 && column < columns; column += lanes)
            {
                TVector result = Windows(room + (column * step), 1, 0, window, step);
                if (column + lanes <= columns)
                {
                    *(TVector*)(to + column) = result;
                }
                else
                {
                    *(TVector*)room = result; // which is not read any more
                    ShortRow.Copy(room, to + column, columns - column);
                    Fill(room, 0, geometry.PadLeft);
                }
            }

            for (; column < columns; column++)
            {
                float result = room[column * step];
                for (int i = 1; i < window; i++)
                    result = MathF.Max(result, room[(column * step) + i]);
                to[column] = result;
            }
        }
    }

    /// <summary>A row of results where there are no columns of padding: nothing is stored on the way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteRow(float* from, int rows, nint stride, int window, int step, float* to, int columns, float* room)
    {
        int lanes = sizeof(TVector) / sizeof(float);
        for (int column = 0; column < columns; column += lanes, from += lanes * step)
        {
            TVector result = Windows(from, rows, stride, window, step);
            if (column + lanes <= columns)
            {
                *(TVector*)(to + column) = result;
                continue;
            }

            *(TVector*)room = result;
            ShortRow.Copy(room, to + column, columns - column);
        }
    }

    /// <summary>As many windows as there are lanes, each one or two columns from the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Windows(float* from, int rows, nint stride, int window, int step)
    {
        TVector result = Column(from, rows, stride);
        if (step == 1)
        {
            for (int i = 1; i < window; i++)
                result = TLane.Max(result, Column(from + i, rows, stride));
            return result;
        }

        int lanes = sizeof(TVector) / sizeof(float);
        for (int i = 0; i < window; i += 2)
        {
            TVector a = i == 0 ? result : Column(from + i, rows, stride), b = Column(from + i + lanes, rows, stride), evens = TLane.Evens(a, b);
            result = i == 0 ? evens : TLane.Max(result, evens);
            if (i + 1 < window)
                result = TLane.Max(result, TLane.Odds(a, b));
        }

        return result;
    }

    /// <summary>The greatest number of every column of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Column(float* from, int rows, nint stride)
    {
        TVector result = *(TVector*)from;
        for (int row = 1; row < rows; row++)
            result = TLane.Max(result, *(TVector*)(from += stride));
        return result;
    }

    /// <summary>The greatest number of every column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Greatest(float* from, int rows, nint stride, int width, float* to)
    {
        for (int column = 0; column < width; column += sizeof(TVector) / sizeof(float))
            *(TVector*)(to + column) = Column(from + column, rows, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(float* to, int start, int end)
    {
        for (int i = start; i < end; i++)
            to[i] = float.NegativeInfinity;
    }
}
