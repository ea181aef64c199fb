namespace DeepCompression.Kernels;

/// <summary>Covers the outputs of a lane with the tiles that kernels exist for.</summary>
internal static class ConvolutionPasses
{
    private const double Overhead = 1.5; // what a weight costs beside its multiply-adds, in multiply-adds

    private static readonly int[] _widths = [.. TileShape.All.Select(shape => shape.Vectors).Distinct().OrderDescending()];

    /// <summary>The tiles, each output in exactly one, rows first: neighbours are written together.</summary>
    public static IEnumerable<ConvolutionPass> Cover(ConvolutionLanes lanes, int rows, int columns) => lanes == ConvolutionLanes.Strips ? CoverStrip(columns) : CoverBlock(rows, columns);

    /// <summary>What a weight costs on all tiles, in multiply-adds.</summary>
    public static double GetCost(ConvolutionLanes lanes, int rows, int columns) => Cover(lanes, rows, columns).Sum(pass => pass.Shape.Sums + Overhead);

    private static IEnumerable<ConvolutionPass> CoverBlock(int rows, int columns)
    {
        int[] split = [.. SplitColumns(columns)];
        for (int row = 0; row < rows; row += 2)
        {
            int column = 0;
            foreach (int width in split)
            {
                TileShape pair = new(2, width);
                bool paired = row + 1 < rows && TileShape.All.Contains(pair);
                yield return new ConvolutionPass(paired ? pair : new TileShape(1, width), row, column);
                if (!paired && row + 1 < rows)
                    yield return new ConvolutionPass(new TileShape(1, width), row + 1, column);
                column += width;
            }
        }
    }

    // The two runs of a tile follow each other.
    private static IEnumerable<ConvolutionPass> CoverStrip(int columns)
    {
        for (int column = 0; column < columns;)
        {
            TileShape shape = columns - column == 13 ? new TileShape(1, 7) : TileShape.All.Where(shape => shape.Sums <= columns - column).MaxBy(shape => shape.Sums);
            yield return new ConvolutionPass(shape, 0, column);
            column += shape.Sums;
        }
    }

    /// <summary>Widths that add up to the columns: the widest first, but no remainder of 1 where a narrower first leaves a better one.</summary>
    private static IEnumerable<int> SplitColumns(int columns)
    {
        for (; columns > 0;)
        {
            int width = columns is 8 or 9 or 10 or 11 ? 4 : columns == 12 ? 6 : _widths.First(w => w <= columns);
            yield return width;
            columns -= width;
        }
    }
}
