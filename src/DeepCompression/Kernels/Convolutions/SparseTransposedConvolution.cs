using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// A transposed convolution with sparse, shared weights: ONNX ConvTranspose on float32 NCHW, with bias and activation.
/// Instances may be used by several threads at the same time.
/// </summary>
/// <remarks>
/// Effectively computes a convolution of stride 1 for each remainder that a place of the output can have by the strides, all
/// of them at once, and interleaves what they yield: no weight is multiplied by a zero between inputs.
/// </remarks>
public sealed unsafe class SparseTransposedConvolution : IDisposable
{
    private readonly SparseConvolution _phases;

    /// <summary>Builds the layer.</summary>
    /// <param name="weights">The kernels, shape (output channels, input channels a group x kernel height x kernel width): see <see cref="ToOutputRows"/>.</param>
    /// <param name="geometry">Channels, kernel, strides, pads.</param>
    /// <param name="bias">One number an output channel, or nothing.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public SparseTransposedConvolution(
        CsrMatrix weights, TransposedConvolutionGeometry geometry, ReadOnlySpan<float> bias = default, Activation activation = default, KernelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(geometry);
        geometry.Validate(weights.Rows, weights.Columns);
        if (bias.Length != 0 && bias.Length != weights.Rows)
            throw new ArgumentException($"{weights.Rows} output channels need as many biases; found {bias.Length}.", nameof(bias));
        Geometry = geometry;
        OutputPhases phases = new(geometry);
        _phases = new SparseConvolution(phases.Split(weights), phases.Convolution, phases.Repeat(bias), activation, options, phases);
    }

    /// <summary>Builds the layer.</summary>
    /// <param name="weights">The weights of the phases' convolution: see <see cref="OutputRows"/>.</param>
    /// <param name="phases">The phases of the geometry.</param>
    /// <param name="bias">One number an output channel, or nothing.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <param name="options">How to build.</param>
    internal SparseTransposedConvolution(CsrMatrix weights, OutputPhases phases, ReadOnlySpan<float> bias, Activation activation, KernelOptions options)
    {
        Geometry = phases.Geometry;
        _phases = new SparseConvolution(weights, phases.Convolution, phases.Repeat(bias), activation, options, phases);
    }

    /// <summary>Channels, kernel, strides, pads.</summary>
    public TransposedConvolutionGeometry Geometry { get; }

    /// <summary>The number of weights that are not zero.</summary>
    public long NonZeros => _phases.NonZeros;

    /// <summary>Bytes that the layouts built so far hold.</summary>
    public long ResidentBytes => _phases.ResidentBytes;

    /// <summary>Turns weights in the order of ONNX ConvTranspose into kernels of outputs.</summary>
    /// <param name="weights">The weights, shape (input channels, output channels a group x kernel height x kernel width).</param>
    /// <param name="geometry">Channels, groups and kernel.</param>
    /// <returns>The weights, shape (output channels, input channels a group x kernel height x kernel width).</returns>
    /// <exception cref="ArgumentException">The weights are not of this geometry.</exception>
    /// <exception cref="NotSupportedException">The codebooks of the channels that an output reads have more than 256 centroids together.</exception>
    public static CsrMatrix ToOutputRows(CsrMatrix weights, TransposedConvolutionGeometry geometry)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(geometry);
        return OutputRows.From(weights, geometry);
    }

    /// <summary>Builds what inputs of this size need, so that the first call need not. The last few sizes are kept.</summary>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="batch">Images.</param>
    public void Prepare(int height, int width, int batch = 1) => _phases.Prepare(height, width, batch);

    /// <summary>Computes the layer.</summary>
    /// <param name="x">The input, shape (batch, input channels, height, width).</param>
    /// <param name="y">The output, shape (batch, output channels, output height, output width).</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="runner">The caller's threads.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Compute(ReadOnlySpan<float> x, Span<float> y, int batch, int height, int width, IParallelRunner runner)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        if (x.Length < (long)batch * Geometry.InputChannels * height * width)
            throw new ArgumentException($"{batch} x {Geometry.InputChannels} x {height} x {width} inputs are needed; found {x.Length} numbers.", nameof(x));
        long outputs = (long)batch * Geometry.OutputChannels * Geometry.GetOutputHeight(height) * Geometry.GetOutputWidth(width);
        if (y.Length < outputs)
            throw new ArgumentException($"{outputs} outputs are needed; found room for {y.Length}.", nameof(y));
        fixed (float* px = x, py = y)
            Compute(px, py, batch, height, width, runner);
    }

    /// <summary>Computes the layer.</summary>
    /// <param name="x">The input, shape (batch, input channels, height, width).</param>
    /// <param name="y">The output, shape (batch, output channels, output height, output width).</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="runner">The caller's threads.</param>
    public void Compute(float* x, float* y, int batch, int height, int width, IParallelRunner runner)
    {
        if (Geometry.GetOutputHeight(height) > 0 && Geometry.GetOutputWidth(width) > 0)
            _phases.Compute(x, y, batch, height, width, runner);
    }

    /// <summary>Frees the layouts.</summary>
    public void Dispose() => _phases.Dispose();
}
