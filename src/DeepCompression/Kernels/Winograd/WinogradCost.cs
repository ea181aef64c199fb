namespace DeepCompression.Kernels;

/// <summary>What a <see cref="WinogradConvolution"/> costs one thread with vectors of 16 lanes: 23 layers of known networks, within 15 %.</summary>
internal static class WinogradCost
{
    private const int Lanes = 16;
    private const double MultiplyAdd = 0.141;        // nanoseconds a vector
    private const double CallChannels = 3;           // a call of a product kernel costs as much as so many channels
    private const double Input = 60;                 // a vector of tiles of a channel
    private const double InputProduct = 1.7;         // each of its points
    private const double Output = 27;                // a vector of tiles of an output channel
    private const double OutputProduct = 0.95;       // each of its points
    private const double WeightProduct = 0.75;       // each point of an input channel and 16 output channels
    private const double Lookup = 3;                 // each tap of those, from a codebook in registers
    private const double LookupInBytes = 2.5;        // from tables of bytes
    private const double Gather = 8.5;               // from memory
    private const double InNetwork = 1.12;           // what it works with comes from a farther cache than when it runs alone
    private const int RegisterCodebook = 32;

    /// <summary>Nanoseconds an image.</summary>
    public static double Get(int codebookSize, ConvolutionGeometry geometry, int batch, int height, int width)
    {
        WinogradTiling tiling = new(geometry, batch, height, width);
        double vectors = tiling.GetVectors(Lanes), channels = tiling.Channels, rowsAGroup = geometry.OutputChannels / geometry.Groups;
        double blocks = Math.Ceiling(rowsAGroup / WinogradWeights.Rows), rows = Math.Ceiling(rowsAGroup / WinogradKernels.ManyRows) * WinogradKernels.ManyRows;
        double product = tiling.Products * (channels + CallChannels) * rows * vectors * MultiplyAdd;
        double transforms = vectors * ((channels * (Input + (InputProduct * tiling.Products))) + (rowsAGroup * (Output + (OutputProduct * tiling.Products))));
        double taps = Math.Min((double)geometry.KernelHeight * geometry.KernelWidth / (tiling.PhaseRows * tiling.PhaseColumns), tiling.Taps * tiling.Taps);
        double weight = (WeightProduct * tiling.Products) + (taps * (codebookSize <= RegisterCodebook ? Lookup : WinogradWeights.IsLookedUpInBytes(geometry) ? LookupInBytes : Gather));
        double weights = tiling.GetUnits(Lanes) * blocks * channels * weight;
        return InNetwork * (product + transforms + weights) * geometry.Groups / batch;
    }
}
