namespace DeepCompression.Kernels;

/// <summary>Covers a block of outputs with the tiles that kernels exist for.</summary>
internal static class ConvolutionPasses
{
    private const double Overhead = 2; // what a weight costs beside its multiply-adds, in multiply-adds

    private static readonly int[] _widths = [.. TileShape.All.Select(shape => shape.Vectors).Distinct().OrderDescending()];

    /// <summary>The tiles, each output in exactly one.</summary>
    public static IEnumerable<ConvolutionPass> Cover(int rows, int columns)
    {
        int column = 0;
        foreach (int width in SplitColumns(columns))
        {
            int row = 0;
            for (bool pairs = TileShape.All.Contains(new TileShape(2, width)); pairs && row + 2 <= rows; row += 2)
                yield return new ConvolutionPass(new TileShape(2, width), row, column);
            for (; row < rows; row++)
                yield return new ConvolutionPass(new TileShape(1, width), row, column);
            column += width;
        }
    }

    /// <summary>What a weight costs on all tiles, in multiply-adds.</summary>
    public static double GetCost(int rows, int columns) => Cover(rows, columns).Sum(pass => pass.Shape.Sums + Overhead);

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
