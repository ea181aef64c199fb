namespace DeepCompression.Kernels;

/// <summary>
/// Predicts whether a compressed transposed convolution beats a dense one, as <see cref="KernelCost"/> does for other layers. Fitted to
/// 33 layers of decoders, 1-D and 2-D, at densities 0 to 0.5, against ONNX Runtime on an AVX-512 machine: speeds are within 30 % of what
/// is said here but for images of a few pixels and outputs that no cache holds, whose kernels are dearer.
/// </summary>
public static class TransposedConvolutionCost
{
    private const double TileNanosecondsPerMultiplyAdd = 0.157;   // sparse convolution, a vector of 16
    private const int TileLanes = 16;
    private const double TurnIn = 23;                             // moving a vector, in multiply-adds
    private const double TurnOut = 20;
    private const double GatherOut = 37;                          // of strips
    private const double CopyIn = 12;
    private const double InterleaveOut = 13;                      // where lanes are positions
    private const double BlockNanoseconds = 220;                  // a tile of a group of channels
    private const double PositionsNanoseconds = 50;
    private const double DenseNanosecondsPerMultiplyAdd = 0.01;   // matrix product
    private const double DenseNanosecondsPerSummand = 0.28;       // what the product yields is moved and added
    private const double DenseNanosecondsPerInput = 0.13;         // inputs are packed for the product
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
        (int Rows, int Columns) block = cut.GetBlock(phases, height, width, TileLanes), input = cut.GetInputs(phases, width, block);
        (double moveIn, double moveOut, double unit) = cut.Lanes switch
        {
            ConvolutionLanes.Blocks => (TurnIn, TurnOut, BlockNanoseconds),
            ConvolutionLanes.Strips => (TurnIn, GatherOut, BlockNanoseconds),
            _ => (CopyIn, InterleaveOut, PositionsNanoseconds),
        };
        double inputs = (double)input.Rows * input.Columns * phases.InputChannels, outputs = (double)block.Rows * block.Columns * phases.OutputChannels;
        double multiplyAdds = (ConvolutionPasses.GetCost(cut.Lanes, block.Rows, block.Columns) * nonZeros) + (inputs * moveIn) + (outputs * moveOut);
        return (multiplyAdds * TileNanosecondsPerMultiplyAdd) + (unit * phases.Groups * ConvolutionPasses.Cover(cut.Lanes, block.Rows, block.Columns).Length);
    }
}
