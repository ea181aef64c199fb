using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>Moves the results of strips to the images.</summary>
internal static unsafe class ConvolutionStrips
{
    private const int MostColumns = 64; // of a window of pooling: its room is on the stack

    /// <summary>Turns the strips of a channel back into a run of positions, and copies what rows of the image have of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(ConvolutionPlan plan, ConvolutionPass pass, float* sums, int channels, float* images, int count)
    {
        int length = pass.Shape.Sums;
        float* strips = stackalloc float[plan.Lanes * length];
        float** lanes = stackalloc float*[plan.Lanes];
        StripPiece* pieces = stackalloc StripPiece[plan.Lanes * length];
        bool isWhole = plan.Cut.Images == 1 && length == plan.BlockColumns; // strip after strip, as they are written, is the image with gaps
        int pieceCount = isWhole ? 0 : FindPieces(plan, pass, count, pieces);
        for (int lane = 0; lane < plan.Lanes; lane++)
            lanes[lane] = strips + (lane * length);
        nint area = (nint)plan.OutputHeight * plan.OutputWidth;
        for (int channel = 0; channel < channels; channel++, sums += plan.Lanes * length, images += area)
        {
            LaneTurn.OutOf(sums, plan.Lanes, length, lanes);
            if (isWhole)
                ShortRow.CopyRows(strips, plan.RowVectors, images, plan.OutputWidth, plan.OutputHeight, plan.OutputWidth);
            for (StripPiece* piece = pieces; piece < pieces + pieceCount; piece++)
                ShortRow.Copy(strips + piece->From, images + piece->To, piece->Length);
        }
    }

    /// <summary>Whether windows are small enough for <see cref="Pool"/>.</summary>
    public static bool CanPool(PoolingGeometry pooling) => pooling.KernelWidth <= MostColumns;

    /// <summary>Turns the strips of a channel back into an image with gaps, and writes what is pooled of it: of the only image, whose strips one pass computes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pool(ConvolutionPlan plan, ConvolutionPass pass, float* sums, int channels, PoolingGeometry pooling, VectorWidth width, float* pooled)
    {
        int length = pass.Shape.Sums, numbers = plan.Lanes * length, rows = pooling.GetOutputHeight(plan.OutputHeight), columns = pooling.GetOutputWidth(plan.OutputWidth);
        delegate*<PlanePoolWork*, PoolingGeometry, void> kernel = PlanePools.Get(width);
        float* strips = stackalloc float[numbers + pooling.KernelWidth + (PlanePools.Padding * plan.Lanes)];
        float* room = stackalloc float[plan.OutputWidth + pooling.PadLeft + pooling.PadRight + pooling.KernelWidth + (PlanePools.Padding * plan.Lanes)];
        float** lanes = stackalloc float*[plan.Lanes];
        for (int lane = 0; lane < plan.Lanes; lane++)
            lanes[lane] = strips + (lane * length);
        PlanePoolWork work = new() { Rows = new PlaneRows((nint)strips, plan.RowVectors), Height = plan.OutputHeight, Width = plan.OutputWidth, End = rows, To = pooled, Room = room };
        for (int channel = 0; channel < channels; channel++, sums += numbers)
        {
            LaneTurn.OutOf(sums, plan.Lanes, length, lanes);
            kernel(&work, pooling);
            work.To += (nint)rows * columns;
        }
    }

    /// <summary>What rows of the images have of the strips of a pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FindPieces(ConvolutionPlan plan, ConvolutionPass pass, int images, StripPiece* pieces)
    {
        int found = 0, length = pass.Shape.Sums;
        for (int lane = 0; lane < plan.Lanes && plan.Places[lane].Image < images; lane++)
        {
            (int image, _, int strip) = plan.Places[lane];
            for (int number = 0; number < length;)
            {
                (int row, int column) = Math.DivRem((strip * plan.BlockColumns) + pass.Column + number, plan.RowVectors);
                int run = Math.Min(plan.RowVectors - column, length - number), valid = row < plan.OutputHeight ? Math.Min(run, plan.OutputWidth - column) : 0;
                nint to = ((((nint)image * plan.Geometry.OutputChannels * plan.OutputHeight) + row) * plan.OutputWidth) + column;
                StripPiece* last = pieces + found - 1;
                if (valid > 0 && found > 0 && last->From + last->Length == (lane * length) + number && last->To + last->Length == to)
                    last->Length += valid;
                else if (valid > 0)
                    pieces[found++] = new StripPiece { From = (lane * length) + number, To = to, Length = valid };
                number += run;
            }
        }

        return found;
    }

    /// <summary>Numbers of the strips that lie in a row of an image.</summary>
    private struct StripPiece
    {
        public int From;
        public nint To;
        public int Length;
    }
}
