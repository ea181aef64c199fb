namespace DeepCompression.Kernels;

/// <summary>Covers the outputs of a lane with the tiles that kernels exist for. Plain loops: what is generic over structs is compiled when it is first used.</summary>
internal static class ConvolutionPasses
{
    private const double Overhead = 1.5; // what a weight costs beside its multiply-adds, in multiply-adds

    /// <summary>The tiles, each output in exactly one, rows first: neighbours are written together.</summary>
    public static ConvolutionPass[] Cover(ConvolutionLanes lanes, int rows, int columns)
    {
        int count = 0;
        foreach (ConvolutionPass _ in Tiles(lanes, rows, columns))
            count++;
        ConvolutionPass[] passes = new ConvolutionPass[count];
        count = 0;
        foreach (ConvolutionPass pass in Tiles(lanes, rows, columns))
            passes[count++] = pass;
        return passes;
    }

    /// <summary>What a weight costs on all tiles, in multiply-adds.</summary>
    public static double GetCost(ConvolutionLanes lanes, int rows, int columns)
    {
        if (lanes == ConvolutionLanes.Strips)
            return GetCost(TilesOfStrip(columns));

        // All pairs of rows are covered alike.
        return (rows / 2 * GetCost(TilesOfBlock(2, columns))) + (rows % 2 * GetCost(TilesOfBlock(1, columns)));
    }

    private static double GetCost(IEnumerable<ConvolutionPass> tiles)
    {
        double cost = 0;
        foreach (ConvolutionPass pass in tiles)
            cost += pass.Shape.Sums + Overhead;
        return cost;
    }

    private static IEnumerable<ConvolutionPass> Tiles(ConvolutionLanes lanes, int rows, int columns) => lanes == ConvolutionLanes.Strips ? TilesOfStrip(columns) : TilesOfBlock(rows, columns);

    private static IEnumerable<ConvolutionPass> TilesOfBlock(int rows, int columns)
    {
        for (int row = 0; row < rows; row += 2)
        {
            for (int column = 0; column < columns;)
            {
                int width = GetWidth(columns - column);
                bool paired = row + 1 < rows && IsTile(2, width);
                yield return new ConvolutionPass(new TileShape(paired ? 2 : 1, width), row, column);
                if (!paired && row + 1 < rows)
                    yield return new ConvolutionPass(new TileShape(1, width), row + 1, column);
                column += width;
            }
        }
    }

    // The two runs of a tile follow each other.
    private static IEnumerable<ConvolutionPass> TilesOfStrip(int columns)
    {
        for (int column = 0; column < columns;)
        {
            TileShape shape = columns - column == 13 ? new TileShape(1, 7) : GetLargest(columns - column);
            yield return new ConvolutionPass(shape, 0, column);
            column += shape.Sums;
        }
    }

    private static TileShape GetLargest(int columns)
    {
        TileShape largest = new(1, 1);
        foreach (TileShape shape in TileShape.All)
        {
            if (shape.Sums <= columns && shape.Sums > largest.Sums)
                largest = shape;
        }

        return largest;
    }

    private static bool IsTile(int runs, int vectors)
    {
        foreach (TileShape shape in TileShape.All)
        {
            if (shape.Runs == runs && shape.Vectors == vectors)
                return true;
        }

        return false;
    }

    /// <summary>The width of the next tile: the widest, but no remainder of 1 where a narrower first leaves a better one.</summary>
    private static int GetWidth(int columns)
    {
        if (columns is 8 or 9 or 10 or 11)
            return 4;
        if (columns == 12)
            return 6;
        int widest = 1;
        foreach (TileShape shape in TileShape.All)
            widest = shape.Vectors <= columns ? Math.Max(widest, shape.Vectors) : widest;
        return widest;
    }
}
