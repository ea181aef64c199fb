namespace DeepCompression.Kernels;

/// <summary>
/// How the lanes of a register share a convolution. Each owns a block or a strip of the outputs of one image, with the inputs it
/// needs around it, so that all loads are aligned; or, where neighbours do not matter, lanes are consecutive positions.
/// </summary>
/// <param name="Lanes">What lanes stand for.</param>
/// <param name="Images">Images that are computed together.</param>
/// <param name="GridRows">Blocks of an image above each other; 1 for strips.</param>
/// <param name="GridColumns">Blocks of an image side by side, or its strips.</param>
internal readonly record struct ConvolutionCut(ConvolutionLanes Lanes, int Images, int GridRows, int GridColumns)
{
    private const long MaxPackedBytes = 1 << 20; // of several images: a second-level cache

    // What moving a vector costs, in multiply-adds of the kernels; measured on 3x3, 5x5 and 1x1 layers.
    private const double TurnIn = 36;
    private const double TurnOut = 25;
    private const double GatherOut = 28; // of strips, whose rows have gaps
    private const double CopyIn = 12;
    private const double CopyOut = 4;

    /// <summary>The cut with the least work.</summary>
    /// <param name="geometry">Channels, kernel, strides, pads.</param>
    /// <param name="batch">Images of a call.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="lanes">Lanes of a register.</param>
    /// <param name="weights">Weights that are not zero.</param>
    public static ConvolutionCut Choose(ConvolutionGeometry geometry, int batch, int height, int width, int lanes, long weights)
    {
        ConvolutionCut best = default;
        double least = double.PositiveInfinity;
        for (int images = 1; images <= lanes && images < batch * 2; images *= 2)
        {
            foreach (ConvolutionCut cut in OfImages(geometry, height, width, lanes, images))
            {
                (double cost, _, double bytes) = cut.GetCost(geometry, height, width, lanes, weights);
                cost *= (batch + images - 1) / images;
                if (cost < least && (images == 1 || bytes <= MaxPackedBytes))
                    (best, least) = (cut, cost);
            }
        }

        return best;
    }

    /// <summary>The cuts of so many images.</summary>
    public static IEnumerable<ConvolutionCut> OfImages(ConvolutionGeometry geometry, int height, int width, int lanes, int images)
    {
        if (geometry is { KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1 } && height > 0 && width > 0) // outputs of padding alone are not computed, but where there are no others
        {
            yield return new ConvolutionCut(ConvolutionLanes.Positions, images, 1, 1);
            yield break;
        }

        for (int rows = 1; rows <= lanes / images; rows *= 2)
            yield return new ConvolutionCut(ConvolutionLanes.Blocks, images, rows, lanes / images / rows);
        if (geometry is { StrideHeight: 1, StrideWidth: 1 } && geometry.GetOutputWidth(width) <= GetStripRow(geometry, width) && AreTapsApart(geometry, width))
            yield return new ConvolutionCut(ConvolutionLanes.Strips, images, 1, lanes / images);
    }

    /// <summary>Positions from a row of an image to the next in strips: the padding between two rows serves both.</summary>
    public static int GetStripRow(ConvolutionGeometry geometry, int width) => checked(width + Math.Max(geometry.PadLeft, geometry.PadRight));

    /// <summary>The rows and columns of outputs that a lane owns.</summary>
    public (int Rows, int Columns) GetBlock(ConvolutionGeometry geometry, int height, int width, int lanes)
    {
        int outHeight = geometry.GetOutputHeight(height), outWidth = geometry.GetOutputWidth(width);
        long positions = Lanes == ConvolutionLanes.Positions ? (long)Images * height * width : ((outHeight - 1L) * GetStripRow(geometry, width)) + outWidth;
        return Lanes switch
        {
            ConvolutionLanes.Blocks => (Divide(outHeight, GridRows), Divide(outWidth, GridColumns)),
            ConvolutionLanes.Strips => (1, Divide(positions, GridColumns)),
            _ => (1, Divide(positions, lanes)),
        };
    }

    /// <summary>The rows and columns of inputs that a lane needs for the outputs that it owns.</summary>
    public (int Rows, int Columns) GetInputs(ConvolutionGeometry geometry, int width, (int Rows, int Columns) block)
    {
        int rows = (geometry.KernelHeight - 1) * geometry.DilationHeight, columns = (geometry.KernelWidth - 1) * geometry.DilationWidth;
        return Lanes == ConvolutionLanes.Strips
            ? (1, checked((rows * GetStripRow(geometry, width)) + columns + block.Columns))
            : (((block.Rows - 1) * geometry.StrideHeight) + rows + 1, ((block.Columns - 1) * geometry.StrideWidth) + columns + 1);
    }

    /// <summary>What the images that are computed together cost, in multiply-adds of a vector; what of it moving inputs into the lanes costs; and the bytes that these then have.</summary>
    public (double MultiplyAdds, double Packing, double Bytes) GetCost(ConvolutionGeometry geometry, int height, int width, int lanes, long weights)
    {
        (int Rows, int Columns) block = GetBlock(geometry, height, width, lanes), input = GetInputs(geometry, width, block);
        double inputs = (double)input.Rows * input.Columns * geometry.InputChannels, outputs = (double)block.Rows * block.Columns * geometry.OutputChannels;
        (double toMoveIn, double toMoveOut) = Lanes switch
        {
            ConvolutionLanes.Blocks => (TurnIn, TurnOut),
            ConvolutionLanes.Strips => (TurnIn, GatherOut),
            _ => (CopyIn, CopyOut),
        };
        return ((ConvolutionPasses.GetCost(Lanes, block.Rows, block.Columns) * weights) + (inputs * toMoveIn) + (outputs * toMoveOut), inputs * toMoveIn, inputs * lanes * sizeof(float));
    }

    /// <summary>Whether every tap of the kernel has a position of its own in strips: a layout gives its weights back by these.</summary>
    private static bool AreTapsApart(ConvolutionGeometry geometry, int width) =>
        geometry.KernelHeight == 1 || (geometry.KernelWidth - 1L) * geometry.DilationWidth < (long)geometry.DilationHeight * GetStripRow(geometry, width);

    private static int Divide(long number, int by) => checked((int)((number + by - 1) / by));
}
