using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// A convolution with sparse, shared weights: ONNX Conv on float32 NCHW, with bias and activation.
/// Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class SparseConvolution : IPoolingConvolution
{
    private const int MaxPlans = 4;            // sizes kept, each with the weights laid out for it; ever new sizes replace the oldest

    private readonly VectorWidth _width;
    private readonly NativeBuffer _bias;
    private readonly Activation _activation;
    private readonly int _degree;
    private readonly OutputPhases? _phases;
    private readonly ScratchPool _scratch = new();
    private readonly Lock _planning = new();
    private volatile CsrMatrix? _weights; // until there is a plan
    private volatile ConvolutionPlan[] _plans = [];

    /// <summary>Builds the layer.</summary>
    /// <param name="weights">The kernels, shape (output channels, input channels a group x kernel height x kernel width).</param>
    /// <param name="geometry">Channels, kernel, strides, pads.</param>
    /// <param name="bias">One number an output channel, or nothing.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public SparseConvolution(CsrMatrix weights, ConvolutionGeometry geometry, ReadOnlySpan<float> bias = default, Activation activation = default, KernelOptions? options = null)
        : this(weights, geometry, bias, activation, options, null)
    {
    }

    /// <summary>Builds the layer, or a transposed convolution whose phases the channels are.</summary>
    internal SparseConvolution(CsrMatrix weights, ConvolutionGeometry geometry, ReadOnlySpan<float> bias, Activation activation, KernelOptions? options, OutputPhases? phases)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(geometry);
        geometry.Validate(weights.Rows, weights.Columns);
        if (bias.Length != 0 && bias.Length != weights.Rows)
            throw new ArgumentException($"{weights.Rows} output channels need as many biases; found {bias.Length}.", nameof(bias));
        (Geometry, NonZeros, _activation, _phases) = (geometry, weights.NonZeros, activation, phases);
        options ??= KernelOptions.Default;
        _width = options.Width ?? KernelDispatch.Selected;
        _bias = bias.IsEmpty ? new NativeBuffer(sizeof(float) * (long)weights.Rows) : NativeBuffer.Copy(bias);
        _degree = options.Degree ?? Environment.ProcessorCount;
        _weights = weights;
    }

    /// <summary>Channels, kernel, strides, pads.</summary>
    public ConvolutionGeometry Geometry { get; }

    /// <summary>The number of weights that are not zero.</summary>
    public long NonZeros { get; }

    /// <summary>Bytes that the layouts built so far hold.</summary>
    public long ResidentBytes => _bias.Bytes + LayoutBytes + (_weights is CsrMatrix weights ? (weights.NonZeros * (sizeof(int) + 1)) + (sizeof(int) * (long)weights.Rows) : 0);

    /// <summary>Builds what inputs of this size need, so that the first call need not. The last few sizes are kept.</summary>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="batch">Images.</param>
    public void Prepare(int height, int width, int batch = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        if (Geometry.GetOutputHeight(height) > 0 && Geometry.GetOutputWidth(width) > 0)
            GetPlan(batch, height, width);
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
        if (batch == 0 || Geometry.GetOutputHeight(height) == 0 || Geometry.GetOutputWidth(width) == 0)
            return;
        ConvolutionWork work = new(GetPlan(batch, height, width), (float*)_bias.Pointer, _activation, _width, x, y, batch);
        work.Run(_scratch, runner);
        GC.KeepAlive(this);
    }

    /// <summary>Whether images of this size will be in the lanes as a whole, so that results are pooled before they are written: a planner's guess, before there is a layer.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="pooling">The pooling behind it.</param>
    /// <param name="nonZeros">Weights that are not zero.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    internal static bool CanPool(ConvolutionGeometry geometry, PoolingGeometry pooling, long nonZeros, int height, int width)
    {
        int lanes = TileKernels.GetLanes(KernelDispatch.Selected);
        ConvolutionCut cut = ConvolutionCut.Choose(geometry, 1, height, width, lanes, nonZeros);
        return cut.Lanes == ConvolutionLanes.Strips && ConvolutionPasses.Cover(cut.Lanes, 1, cut.GetBlock(geometry, height, width, lanes).Columns).Length == 1 && ConvolutionStrips.CanPool(pooling);
    }

    bool IPoolingConvolution.CanPool(PoolingGeometry pooling, int batch, int height, int width) => // threads share the images of a batch, which costs less than to share each
        batch == 1 && _phases is null && GetPlan(1, height, width) is { IsStrips: true, Passes.Length: 1 } && ConvolutionStrips.CanPool(pooling);

    void IPoolingConvolution.ComputePooled(float* x, float* y, int height, int width, PoolingGeometry pooling, IParallelRunner runner)
    {
        ConvolutionWork work = new(GetPlan(1, height, width), (float*)_bias.Pointer, _activation, _width, x, y, 1, pooling);
        work.Run(_scratch, runner);
        GC.KeepAlive(this);
    }

    /// <summary>Frees the layouts.</summary>
    public void Dispose()
    {
        _bias.Dispose();
        _scratch.Dispose();
        foreach (ConvolutionPlan plan in _plans)
            plan.Dispose();
    }

    private long LayoutBytes
    {
        get
        {
            long bytes = 0;
            foreach (ConvolutionPlan plan in _plans)
                bytes += plan.Layout.Bytes;
            return bytes;
        }
    }

    private ConvolutionPlan GetPlan(int batch, int height, int width)
    {
        int lanes = TileKernels.GetLanes(_width), images = Math.Clamp(batch, 1, lanes); // more images change nothing
        if (Find() is ConvolutionPlan known)
            return known;
        lock (_planning)
        {
            if (Find() is ConvolutionPlan other)
                return other;
            // A plan that falls out may still be in use: its memory is freed when it is collected.
            CsrMatrix weights = _weights ?? _plans[0].Layout.ToCsr();
            ConvolutionPlan made = new(Geometry, weights, images, height, width, lanes, parts: 1, outputs: _phases, threads: _degree);
            _plans = [made, .. _plans.Take(MaxPlans - 1)];
            _weights = null;
            return made;
        }

        ConvolutionPlan? Find()
        {
            foreach (ConvolutionPlan plan in _plans)
            {
                if (plan.Height == height && plan.Width == width && plan.Images == images)
                    return plan;
            }

            return null;
        }
    }
}
