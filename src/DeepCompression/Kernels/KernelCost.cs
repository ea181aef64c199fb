namespace DeepCompression.Kernels;

/// <summary>
/// Predicts whether a compressed kernel beats a dense one. The constants are fitted to measurements of this project's
/// benchmark against ONNX Runtime on an AVX-512 machine; a ratio of two kernels on one machine moves little between machines.
/// Convolutions: 29 layers of known networks at densities 0.1 to 0.6, within 20 % but for a few small ones.
/// </summary>
public static class KernelCost
{
    private const double DenseNanosecondsPerMultiplyAdd = 1 / 113.0;   // dense convolution
    private const double TileNanosecondsPerMultiplyAdd = 0.157;        // sparse convolution, a vector of 16
    private const int TileLanes = 16;
    private const double PointwiseNanosecondsPerMultiplyAdd = 0.138;   // 1x1 convolution that is not pruned, a vector of 16
    private const double PointwiseCopy = 1.9;                          // a vector of its inputs, to put it beside those of other channels
    private const double ChainedOutput = 3;                            // an output of a chained layer, in multiply-adds
    private const double ChainedWeight = 1.4;                          // a weight of a chained product, in multiply-adds: four vectors share its lookup
    private const int DenseChannels = 16;                              // dense convolutions compute channels by so many
    private const double OneDenseBlock = 1.4;                          // so many channels alone, which reuse less of what they load

    /// <summary>A fully connected layer.</summary>
    /// <param name="nonZeros">Weights that are not zero.</param>
    /// <param name="outputs">Rows of the weights.</param>
    /// <param name="inputs">Columns of the weights.</param>
    /// <param name="batch">Rows of x.</param>
    public static KernelEstimate Linear(long nonZeros, int outputs, int inputs, int batch)
    {
        return new KernelEstimate(LinearCost.Sparse(nonZeros, outputs, inputs, batch), LinearCost.Dense((long)outputs * inputs, batch));
    }

    /// <summary>A convolution.</summary>
    /// <param name="nonZeros">Weights that are not zero.</param>
    /// <param name="geometry">Channels, kernel, strides, pads.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    public static KernelEstimate Convolution(long nonZeros, ConvolutionGeometry geometry, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        double tiles = ConvolutionCut.Choose(geometry, 1, height, width, TileLanes, nonZeros).GetCost(geometry, height, width, TileLanes, nonZeros).MultiplyAdds;
        return new KernelEstimate(tiles * TileNanosecondsPerMultiplyAdd, DenseConvolution(geometry, height, width));
    }

    /// <summary>A 1x1 convolution of shared weights that are hardly pruned.</summary>
    /// <param name="geometry">Channels.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    public static KernelEstimate Pointwise(ConvolutionGeometry geometry, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        const int Run = PointwiseWork.Vectors * TileLanes;
        double vectors = Math.Ceiling((double)height * width / Run) * PointwiseWork.Vectors, rows = (geometry.OutputChannels + PointwiseWork.Rows - 1) / PointwiseWork.Rows * PointwiseWork.Rows;
        double kernel = vectors * geometry.InputChannels * ((rows * PointwiseNanosecondsPerMultiplyAdd) + (geometry.OutputChannels > SharedPointwise.LargestUnpacked ? PointwiseCopy : PointwiseCopy / 2));
        return new KernelEstimate(kernel, DenseConvolution(geometry, height, width));
    }

    /// <summary>A convolution of shared weights by minimal filtering, one image of a batch.</summary>
    /// <param name="codebookSize">Centroids a group.</param>
    /// <param name="geometry">Channels, kernel, strides, pads; one that <see cref="WinogradConvolution.Fits"/>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    public static KernelEstimate Winograd(int codebookSize, ConvolutionGeometry geometry, int batch, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        return new KernelEstimate(WinogradCost.Get(codebookSize, geometry, batch, height, width), DenseConvolution(geometry, height, width));
    }

    /// <summary>A convolution of a <see cref="LayerChain"/>, one image of many.</summary>
    /// <param name="nonZeros">Weights that are not zero.</param>
    /// <param name="geometry">Channels, kernel, strides, pads.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    public static KernelEstimate ChainedConvolution(long nonZeros, ConvolutionGeometry geometry, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        int rows = geometry.GetOutputHeight(height), columns = geometry.GetOutputWidth(width);
        double tiles = (ConvolutionPasses.GetCost(ConvolutionLanes.Blocks, rows, columns) * nonZeros) + (ChainedOutput * rows * columns * geometry.OutputChannels);
        return new KernelEstimate(tiles * TileNanosecondsPerMultiplyAdd / TileLanes, DenseConvolution(geometry, height, width));
    }

    /// <summary>A fully connected layer of a <see cref="LayerChain"/>, one sample of many.</summary>
    /// <param name="nonZeros">Weights that are not zero.</param>
    /// <param name="outputs">Rows of the weights.</param>
    /// <param name="inputs">Columns of the weights.</param>
    public static KernelEstimate ChainedLinear(long nonZeros, int outputs, int inputs) =>
        new(((nonZeros * ChainedWeight) + (ChainedOutput * outputs)) * TileNanosecondsPerMultiplyAdd / TileLanes, (double)outputs * inputs * DenseNanosecondsPerMultiplyAdd);

    /// <summary>A recurrent layer, one step of one sequence.</summary>
    /// <param name="nonZeros">Weights that are not zero, input and recurrent.</param>
    /// <param name="geometry">Kind, direction, sizes.</param>
    public static KernelEstimate Recurrent(long nonZeros, RecurrentGeometry geometry)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        int rows = geometry.Directions * geometry.Gates * geometry.Hidden, units = rows + (2 * geometry.Directions * geometry.Hidden);
        return new KernelEstimate(
            LinearCost.SparseStep(nonZeros, (long)rows * (geometry.Inputs + geometry.Hidden), units),
            LinearCost.DenseStep((long)rows * geometry.Inputs, (long)rows * geometry.Hidden, units));
    }

    /// <summary>A fully connected layer of shared weights that are not pruned.</summary>
    /// <param name="codebookSize">Centroids a group.</param>
    /// <param name="outputs">Rows of the weights.</param>
    /// <param name="inputs">Columns of the weights.</param>
    /// <param name="batch">Rows of x.</param>
    public static KernelEstimate Shared(int codebookSize, int outputs, int inputs, int batch)
    {
        return new KernelEstimate(LinearCost.Shared(codebookSize, outputs, inputs, batch), LinearCost.Dense((long)outputs * inputs, batch));
    }

    private static double DenseConvolution(ConvolutionGeometry geometry, int height, int width)
    {
        double positions = (double)geometry.GetOutputHeight(height) * geometry.GetOutputWidth(width);
        int inputs = geometry.InputChannels / geometry.Groups;
        double channels = geometry.Groups > 1 ? (double)geometry.OutputChannels * inputs : Pad(geometry.OutputChannels) * (inputs < DenseChannels ? inputs : Pad(inputs));
        if (geometry.OutputChannels <= DenseChannels)
            channels *= OneDenseBlock;
        return channels * geometry.KernelHeight * geometry.KernelWidth * positions * DenseNanosecondsPerMultiplyAdd;
    }

    private static double Pad(int channels) => (channels + DenseChannels - 1) / DenseChannels * DenseChannels;
}
