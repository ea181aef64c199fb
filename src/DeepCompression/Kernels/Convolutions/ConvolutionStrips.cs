using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>Moves the results of strips to the images.</summary>
internal static unsafe class ConvolutionStrips
{
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
