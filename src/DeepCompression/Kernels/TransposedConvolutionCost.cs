namespace DeepCompression.Kernels;

/// <summary>
/// Predicts whether a compressed transposed convolution beats a dense one, as <see cref="KernelCost"/> does for other layers. Fitted to
/// 33 layers of decoders, 1-D and 2-D, against ONNX Runtime on an AVX-512 machine: kernels are within 30 % of what is said here but for
/// images of a few pixels, which are dearer, and dense layers within 35 %, where they are off mostly dearer.
/// </summary>
public static class TransposedConvolutionCost
{
    private const double TileNanosecondsPerMultiplyAdd = 0.2;     // sparse convolution, a vector of 16
    private const int TileLanes = 16;
    private const double Interleave = 7;                          // a vector of a phase where lanes are no blocks, in multiply-adds
    private const double UnitNanoseconds = 250;                   // a tile of a group of channels
    private const double DenseNanosecondsPerMultiplyAdd = 0.01;   // matrix product
    private const double DenseNanosecondsPerSummand = 0.28;       // what the product yields is moved and added
    private const double DenseNanosecondsPerInput = 0.17;         // inputs are packed for the product
    private const double DenseNanosecondsPerWeight = 1 / 15.0;    // weights are read once at least

    /// <summary>A transposed convolution, one image.</summary>
    /// <param name="nonZeros">Weights that are not zero.</param>
    /// <param name="geometry">Channels, kernel, strides, pads.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    public static KernelEstimate Estimate(long nonZeros, TransposedConvolutionGeometry geometry, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        double positions = (double)height * width, summands = (double)geometry.OutputChannels * geometry.KernelHeight * geometry.KernelWidth, inputs = (double)geometry.InputChannels / geometry.Groups;
        double product = Math.Max(summands * inputs * positions * DenseNanosecondsPerMultiplyAdd, summands * inputs * DenseNanosecondsPerWeight);
        double dense = product + (summands * positions * DenseNanosecondsPerSummand) + (geometry.InputChannels * positions * DenseNanosecondsPerInput);
        return new KernelEstimate(Sparse(nonZeros, new OutputPhases(geometry).Convolution, height, width), dense);
    }

    private static double Sparse(long nonZeros, ConvolutionGeometry phases, int height, int width)
    {
        ConvolutionCut cut = ConvolutionCut.Choose(phases, 1, height, width, TileLanes, nonZeros);
        (int Rows, int Columns) block = cut.GetBlock(phases, height, width, TileLanes);
        double multiplyAdds = cut.GetCost(phases, height, width, TileLanes, nonZeros).MultiplyAdds + (cut.Lanes == ConvolutionLanes.Blocks ? 0 : Interleave * phases.OutputChannels * block.Rows * block.Columns);
        return (multiplyAdds * TileNanosecondsPerMultiplyAdd) + (UnitNanoseconds * phases.Groups * ConvolutionPasses.Cover(cut.Lanes, block.Rows, block.Columns).Count());
    }
}
