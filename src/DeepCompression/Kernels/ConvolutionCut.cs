namespace DeepCompression.Kernels;

/// <summary>
/// How the lanes of a register share a convolution: each owns a block of the outputs of one image, with the inputs it
/// needs around it, so that all loads are aligned; or, where neighbours do not matter, lanes are consecutive positions.
/// </summary>
/// <param name="Images">Images that are computed together.</param>
/// <param name="GridRows">Blocks of an image above each other.</param>
/// <param name="GridColumns">Blocks of an image side by side.</param>
/// <param name="IsFlat">Whether lanes are consecutive positions of the inputs of consecutive images.</param>
internal readonly record struct ConvolutionCut(int Images, int GridRows, int GridColumns, bool IsFlat)
{
    private const long MaxPackedBytes = 1 << 20; // of several images: a second-level cache

    // What moving a vector costs, in multiply-adds of the kernels; measured on 3x3, 5x5 and 1x1 layers.
    private const double TurnIn = 18;
    private const double TurnOut = 16;
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
        bool flat = geometry is { KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1 }; // outputs of padding alone are not computed
        ConvolutionCut best = new(1, 1, flat ? 1 : lanes, flat);
        double least = double.PositiveInfinity;
        for (int images = 1; images <= lanes && images < batch * 2; images *= 2)
        {
            for (int rows = 1; rows <= (flat ? 1 : lanes / images); rows *= 2)
            {
                ConvolutionCut cut = new(images, rows, flat ? 1 : lanes / images / rows, flat);
                (double cost, double bytes) = cut.GetCost(geometry, height, width, lanes, weights);
                cost *= (batch + images - 1) / images;
                if (cost < least && (images == 1 || bytes <= MaxPackedBytes))
                    (best, least) = (cut, cost);
            }
        }

        return best;
    }

    /// <summary>What the images that are computed together cost, in multiply-adds of a vector, and the bytes of their inputs in the lanes.</summary>
    public (double MultiplyAdds, double Bytes) GetCost(ConvolutionGeometry geometry, int height, int width, int lanes, long weights)
    {
        int outHeight = geometry.GetOutputHeight(height), outWidth = geometry.GetOutputWidth(width);
        int blockRows = IsFlat ? 1 : (outHeight + GridRows - 1) / GridRows;
        int blockColumns = IsFlat ? (int)((((long)Images * height * width) + lanes - 1) / lanes) : (outWidth + GridColumns - 1) / GridColumns;
        double inputRows = ((blockRows - 1) * geometry.StrideHeight) + ((geometry.KernelHeight - 1) * geometry.DilationHeight) + 1;
        double inputColumns = ((blockColumns - 1) * geometry.StrideWidth) + ((geometry.KernelWidth - 1) * geometry.DilationWidth) + 1;
        double inputs = inputRows * inputColumns * geometry.InputChannels, outputs = (double)blockRows * blockColumns * geometry.OutputChannels;
        return ((ConvolutionPasses.GetCost(blockRows, blockColumns) * weights) + (inputs * (IsFlat ? CopyIn : TurnIn)) + (outputs * (IsFlat ? CopyOut : TurnOut)), inputs * lanes * sizeof(float));
    }
}
