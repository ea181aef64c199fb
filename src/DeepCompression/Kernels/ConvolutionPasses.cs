namespace DeepCompression.Kernels;

/// <summary>Covers a block of outputs with the tiles that kernels exist for.</summary>
internal static class ConvolutionPasses
{
    private const double Overhead = 1.5; // what a weight costs beside its multiply-adds, in multiply-adds

    private static readonly int[] _widths = [.. TileShape.All.Select(shape => shape.Vectors).Distinct().OrderDescending()];

    /// <summary>The tiles, each output in exactly one, rows first: neighbours are written together.</summary>
    public static IEnumerable<ConvolutionPass> Cover(int rows, int columns)
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
