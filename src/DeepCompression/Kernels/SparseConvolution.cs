using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// A convolution with sparse, shared weights: ONNX Conv on float32 NCHW, with bias and activation.
/// Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class SparseConvolution : IDisposable
{
    private readonly CsrMatrix _weights;
    private readonly float[] _bias;
    private readonly Activation _activation;

    /// <summary>Builds the layer.</summary>
    /// <param name="weights">The kernels, shape (output channels, input channels a group x kernel height x kernel width).</param>
    /// <param name="geometry">Channels, kernel, strides, pads.</param>
    /// <param name="bias">One number an output channel, or nothing.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public SparseConvolution(CsrMatrix weights, ConvolutionGeometry geometry, ReadOnlySpan<float> bias = default, Activation activation = default, KernelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(geometry);
        geometry.Validate(weights.Rows, weights.Columns);
        if (bias.Length != 0 && bias.Length != weights.Rows)
            throw new ArgumentException($"{weights.Rows} output channels need as many biases; found {bias.Length}.", nameof(bias));
        _weights = weights;
        _bias = bias.IsEmpty ? new float[weights.Rows] : bias.ToArray();
        _activation = activation;
        Geometry = geometry;
    }

    /// <summary>Channels, kernel, strides, pads.</summary>
    public ConvolutionGeometry Geometry { get; }

    /// <summary>The number of weights that are not zero.</summary>
    public long NonZeros => _weights.NonZeros;

    /// <summary>Bytes that the layouts built so far hold.</summary>
    public long ResidentBytes => 0;

    /// <summary>Builds what inputs of this size need, so that the first call need not. Plans are kept a size.</summary>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    public void Prepare(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
    }

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
        Prepare(height, width);
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
        ConvolutionGeometry g = Geometry;
        int outHeight = g.GetOutputHeight(height), outWidth = g.GetOutputWidth(width), size = _weights.Codebook.Length / _weights.Groups;
        int channelsIn = g.InputChannels / g.Groups, channelsOut = g.OutputChannels / g.Groups, taps = g.KernelHeight * g.KernelWidth;
        for (int n = 0; n < batch; n++)
        {
            for (int o = 0; o < g.OutputChannels; o++)
            {
                float* image = x + (((long)n * g.InputChannels) + (o / channelsOut * channelsIn)) * height * width;
                float* plane = y + ((((long)n * g.OutputChannels) + o) * outHeight * outWidth);
                new Span<float>(plane, outHeight * outWidth).Fill(_bias[o]);
                for (int e = _weights.RowPointers[o]; e < _weights.RowPointers[o + 1]; e++)
                {
                    float weight = _weights.Codebook[(o / (g.OutputChannels / _weights.Groups) * size) + _weights.Codes[e]];
                    int channel = _weights.ColumnIndices[e] / taps, tap = _weights.ColumnIndices[e] % taps;
                    int top = (tap / g.KernelWidth * g.DilationHeight) - g.PadTop, left = (tap % g.KernelWidth * g.DilationWidth) - g.PadLeft;
                    for (int i = 0; i < outHeight; i++)
                    {
                        int row = (i * g.StrideHeight) + top;
                        for (int j = 0; (uint)row < (uint)height && j < outWidth; j++)
                        {
                            int column = (j * g.StrideWidth) + left;
                            if ((uint)column < (uint)width)
                                plane[(i * outWidth) + j] += weight * image[(((long)channel * height) + row) * width + column];
                        }
                    }
                }

                for (int i = 0; i < outHeight * outWidth; i++)
                    plane[i] = _activation.Apply(plane[i]);
            }
        }
    }

    /// <summary>Frees the layouts.</summary>
    public void Dispose()
    {
    }
}
