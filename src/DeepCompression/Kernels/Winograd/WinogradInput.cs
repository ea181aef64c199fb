using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>
/// Inputs transformed: Bᵀ d B. First along columns, where whole rows stand in the lanes as they are, then along rows, where a lane is a tile.
/// </summary>
internal static unsafe class WinogradInput<TPoints, TLane, TVector>
    where TPoints : struct, IWinogradPoints<TLane, TVector>
    where TLane : struct, ILane<TVector>
    where TVector : unmanaged
{
    private const int Outputs = WinogradTiling.Outputs;
    private const int Quad = 4 * Outputs; // columns of four tiles

    /// <summary>Transforms a channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(WinogradInputWork* work)
    {
        int rows = ((work->TileRows - 1) * Outputs) + TPoints.Count;
        for (int row = 0; row < rows; row++)
            Pack(work, work->FirstRow + row, work->Plane + (row * work->RowLength));
        // Where rows of tiles are short, two or four stand in the lanes together.
        int lanes = sizeof(TVector) / sizeof(float), together = work->TileColumns > lanes / 2 || lanes < 8 ? 1 : work->TileColumns > lanes / 4 || lanes < 16 ? 2 : 4;
        bool isNextInLane = work->TileColumns < lanes / together; // a row of tiles: what a tile shares with the next stands in the next lane
        nint tileRow = TPoints.Count * work->RowLength;
        byte* result = work->Results;
        int skipped = work->SkippedTiles, left = work->Tiles;
        for (int row = 0; row < work->TileRows; row += together)
        {
            float* from = work->Turned + (skipped * Outputs);
            int tiles = Math.Min(work->TileColumns - skipped, left), last = Math.Min(together, work->TileRows - row) - 1;
            for (int i = 0; i <= last; i++)
                TransformColumns(work, work->Plane + ((row + i) * Outputs * work->RowLength), work->Turned + (i * tileRow));
            if (together == 1)
            {
                for (int i = 0; i < TPoints.Count; i++, from += work->RowLength)
                {
                    for (int tile = 0; tile < tiles; tile += lanes)
                    {
                        float* p = from + (tile * Outputs);
                        byte* to = result + (i * TPoints.Count * work->PointBytes) + (tile * sizeof(float));
                        TransformRow(p, p + Quad, p + (2 * Quad), p + (3 * Quad), to, to, to, to, work->PointBytes, 1, isNextInLane);
                    }
                }

                result += tiles * sizeof(float);
            }
            else
            {
                // Rows that are not there any more are the last once again.
                float* from1 = last < 1 ? from : work->Turned + tileRow, from2 = last < 2 ? from1 : work->Turned + (2 * tileRow), from3 = last < 3 ? from2 : work->Turned + (3 * tileRow);
                int rowBytes = work->TileColumns * sizeof(float);
                byte* to = result, to1 = last < 1 ? to : to + (tiles * sizeof(float)), to2 = last < 2 ? to1 : to1 + rowBytes, to3 = last < 3 ? to2 : to2 + rowBytes;
                for (int i = 0; i < TPoints.Count; i++, from += work->RowLength, from1 += work->RowLength, from2 += work->RowLength, from3 += work->RowLength)
                {
                    nint point = i * TPoints.Count * work->PointBytes;
                    if (together == 4)
                        TransformRow(from, from1, from2, from3, to + point, to1 + point, to2 + point, to3 + point, work->PointBytes, 4, isNextInLane);
                    else if (lanes == 8)
                        TransformRow(from, from1, from1, from1, to + point, to1 + point, to1, to1, work->PointBytes, 2, isNextInLane);
                    else
                        TransformRow(from, from + Quad, from1, from1 + Quad, to + point, to1 + point, to1, to1, work->PointBytes, 2, isNextInLane);
                }

                tiles += last * work->TileColumns;
                result += tiles * sizeof(float);
            }

            left -= tiles;
            skipped = 0;
        }
    }

    /// <summary>A row of the phase, denormals as zero, with its padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pack(WinogradInputWork* work, int row, float* to)
    {
        int source = (row * work->StrideHeight) + work->RowOffset, step = work->StrideWidth;
        if (source < 0 || source >= work->Height)
        {
            Clear(to, 0, work->Columns);
            return;
        }

        int origin = (work->FirstColumn * step) + work->ColumnOffset; // the column of the inputs that stands first
        int start = origin >= 0 ? 0 : Math.Min((step - 1 - origin) / step, work->Columns);
        int end = origin >= work->Width ? start : Math.Clamp((work->Width - 1 - origin) / step + 1, start, work->Columns);
        Clear(to, 0, start);
        float* from = work->X + ((nint)source * work->Width) + origin;
        int lanes = sizeof(TVector) / sizeof(float), i = start;
        for (; step == 1 && i < end && from + i + lanes <= work->End; i += lanes)
            *(TVector*)(to + i) = TLane.Flush(*(TVector*)(from + i));
        for (; step == 2 && i < end && from + (2 * (i + lanes)) <= work->End; i += lanes)
            *(TVector*)(to + i) = TLane.Flush(TLane.Evens(*(TVector*)(from + (2 * i)), *(TVector*)(from + (2 * i) + lanes)));
        for (; step == 4 && i < end && from + (4 * (i + lanes)) <= work->End; i += lanes)
        {
            float* p = from + (4 * i);
            TLane.LoadFours(p, p + 16, p + 32, p + 48, out TVector first, out _, out _, out _);
            *(TVector*)(to + i) = TLane.Flush(first);
        }

        for (; i < end; i++)
            to[i] = Denormals.Flush(from[(nint)i * step]);
        Clear(to, end, work->Columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear(float* to, int start, int end)
    {
        for (int i = start; i < end; i++)
            to[i] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformColumns(WinogradInputWork* work, float* from, float* to)
    {
        nint row = work->RowLength;
        for (int column = 0; column < work->Columns; column += sizeof(TVector) / sizeof(float), from += sizeof(TVector) / sizeof(float), to += sizeof(TVector) / sizeof(float))
        {
            TVector d5 = TPoints.Count > 5 ? *(TVector*)(from + (5 * row)) : default, d6 = TPoints.Count > 6 ? *(TVector*)(from + (6 * row)) : default, d7 = TPoints.Count > 7 ? *(TVector*)(from + (7 * row)) : default;
            TPoints.Input(
                *(TVector*)from, *(TVector*)(from + row), *(TVector*)(from + (2 * row)), *(TVector*)(from + (3 * row)), *(TVector*)(from + (4 * row)), d5, d6, d7,
                out TVector t0, out TVector t1, out TVector t2, out TVector t3, out TVector t4, out TVector t5, out TVector t6, out TVector t7);
            *(TVector*)to = t0;
            *(TVector*)(to + row) = t1;
            *(TVector*)(to + (2 * row)) = t2;
            *(TVector*)(to + (3 * row)) = t3;
            *(TVector*)(to + (4 * row)) = t4;
            if (TPoints.Count > 5)
                *(TVector*)(to + (5 * row)) = t5;
            if (TPoints.Count > 6)
                *(TVector*)(to + (6 * row)) = t6;
            if (TPoints.Count > 7)
                *(TVector*)(to + (7 * row)) = t7;
        }
    }

    /// <summary>A row of all points from as many tiles as there are lanes; these are in one row, or in halves or quarters of the lanes in so many rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformRow(float* p0, float* p1, float* p2, float* p3, byte* to0, byte* to1, byte* to2, byte* to3, nint point, int rows, bool isNextInLane)
    {
        TLane.LoadFours(p0, p1, p2, p3, out TVector d0, out TVector d1, out TVector d2, out TVector d3);
        TVector d4, d5, d6, d7;
        if (isNextInLane)
            (d4, d5, d6, d7) = (TLane.NextLanes(d0), TLane.NextLanes(d1), TLane.NextLanes(d2), TLane.NextLanes(d3));
        else
            TLane.LoadFours(p0 + Outputs, p1 + Outputs, p2 + Outputs, p3 + Outputs, out d4, out d5, out d6, out d7);
        TPoints.Input(d0, d1, d2, d3, d4, d5, d6, d7, out TVector t0, out TVector t1, out TVector t2, out TVector t3, out TVector t4, out TVector t5, out TVector t6, out TVector t7);
        Store(t0, to0, to1, to2, to3, 0, rows);
        Store(t1, to0, to1, to2, to3, point, rows);
        Store(t2, to0, to1, to2, to3, 2 * point, rows);
        Store(t3, to0, to1, to2, to3, 3 * point, rows);
        Store(t4, to0, to1, to2, to3, 4 * point, rows);
        if (TPoints.Count > 5)
            Store(t5, to0, to1, to2, to3, 5 * point, rows);
        if (TPoints.Count > 6)
            Store(t6, to0, to1, to2, to3, 6 * point, rows);
        if (TPoints.Count > 7)
            Store(t7, to0, to1, to2, to3, 7 * point, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector x, byte* to0, byte* to1, byte* to2, byte* to3, nint offset, int rows)
    {
        if (rows == 1)
            *(TVector*)(to0 + offset) = x;
        else if (rows == 2)
            TLane.StoreHalves(x, to0 + offset, to1 + offset);
        else
            TLane.StoreQuarters(x, to0 + offset, to1 + offset, to2 + offset, to3 + offset);
    }
}
