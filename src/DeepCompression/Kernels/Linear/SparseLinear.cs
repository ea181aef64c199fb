using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// A fully connected layer with sparse, shared weights: y = activation(x Wᵀ + bias), float32.
/// Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class SparseLinear : IDisposable
{
    private const int PartsAThread = 4; // of the layout for large batches: evens out threads

    private readonly VectorWidth _width;
    private readonly int _degree;
    private readonly NativeBuffer _bias;
    private readonly Activation _activation;
    private readonly ScratchPool _scratch = new();
    private readonly Lock _building = new();
    private volatile SlidingLinear? _sliding;
    private volatile BlockedLinear? _blocked;
    private CsrMatrix? _weights; // only while building
    private volatile bool _cannotSlide;

    /// <summary>Builds the layer.</summary>
    /// <param name="weights">The weights, shape (outputs, inputs).</param>
    /// <param name="bias">One number an output, or nothing.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">The bias has another length than 0 or the number of outputs.</exception>
    public SparseLinear(CsrMatrix weights, ReadOnlySpan<float> bias = default, Activation activation = default, KernelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (bias.Length != 0 && bias.Length != weights.Rows)
            throw new ArgumentException($"{weights.Rows} outputs need as many biases; found {bias.Length}.", nameof(bias));
        options ??= KernelOptions.Default;
        (Inputs, Outputs, NonZeros, _activation) = (weights.Columns, weights.Rows, weights.NonZeros, activation);
        _width = options.Width ?? KernelDispatch.Selected;
        _degree = options.Degree ?? Environment.ProcessorCount;
        _bias = bias.IsEmpty ? new NativeBuffer(sizeof(float) * (long)weights.Rows) : NativeBuffer.Copy(bias);
        _weights = weights;
        foreach (int batch in options.Batches.Count > 0 ? options.Batches : [1])
            Prepare(batch);
        _weights = null;
    }

    /// <summary>The number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>The number of outputs.</summary>
    public int Outputs { get; }

    /// <summary>The number of weights that are not zero.</summary>
    public long NonZeros { get; }

    /// <summary>Bytes that the layouts built so far hold.</summary>
    public long ResidentBytes => _bias.Bytes + (_sliding?.Layout.Bytes ?? 0) + (_blocked?.Layout.Bytes ?? 0);

    /// <summary>Builds what a batch of this size needs, so that the first call need not.</summary>
    /// <param name="batch">Rows of x.</param>
    public void Prepare(int batch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        if (IsSliding(batch) ? _sliding is null : _blocked is null)
            Build(batch);
    }

    /// <summary>Computes the layer.</summary>
    /// <param name="x">The inputs, shape (batch, inputs) row-major.</param>
    /// <param name="y">The outputs, shape (batch, outputs) row-major.</param>
    /// <param name="batch">Rows of x.</param>
    /// <param name="runner">The caller's threads.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Compute(ReadOnlySpan<float> x, Span<float> y, int batch, IParallelRunner runner)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        if (x.Length < (long)batch * Inputs)
            throw new ArgumentException($"{batch} rows of {Inputs} inputs are needed; found {x.Length} numbers.", nameof(x));
        if (y.Length < (long)batch * Outputs)
            throw new ArgumentException($"{batch} rows of {Outputs} outputs are needed; found {y.Length} numbers.", nameof(y));
        fixed (float* px = x, py = y)
            Compute(px, py, batch, runner);
    }

    /// <summary>Computes the layer.</summary>
    /// <param name="x">The inputs, shape (batch, inputs) row-major.</param>
    /// <param name="y">The outputs, shape (batch, outputs) row-major.</param>
    /// <param name="batch">Rows of x.</param>
    /// <param name="runner">The caller's threads.</param>
    public void Compute(float* x, float* y, int batch, IParallelRunner runner) => Compute(x, y, Outputs, batch, runner);

    /// <summary>Computes the layer, the outputs of a row of x <paramref name="yStride"/> numbers from those of the row before.</summary>
    internal void Compute(float* x, float* y, nint yStride, int batch, IParallelRunner runner)
    {
        if (Outputs == 0 || batch == 0)
            return;
        Prepare(batch);
        if (IsSliding(batch))
            _sliding!.Compute(x, y, yStride, batch, (float*)_bias.Pointer, _activation, _scratch, runner);
        else
            _blocked!.Compute(x, y, yStride, batch, (float*)_bias.Pointer, _activation, _scratch, runner);
        GC.KeepAlive(this);
    }

    /// <summary>Frees the layouts.</summary>
    public void Dispose()
    {
        _sliding?.Dispose();
        _blocked?.Dispose();
        _bias.Dispose();
        _scratch.Dispose();
    }

    /// <summary>Where the window is read by permutes, a weight's lookup serves several rows of x; elsewhere it hardly pays.</summary>
    private bool IsSliding(int batch) => !_cannotSlide && batch <= (_width == VectorWidth.Vector512 ? 8 : 2);

    private void Build(int batch)
    {
        lock (_building)
        {
            CsrMatrix weights = _weights ?? _sliding?.Layout.ToCsr() ?? _blocked!.Layout.ToCsr();
            if (IsSliding(batch) && _sliding is null)
            {
                if (SlidingLayout.TryBuild(weights) is SlidingLayout layout)
                    _sliding = new SlidingLinear(layout, _width);
                else
                    _cannotSlide = true;
            }

            if (!IsSliding(batch) && _blocked is null)
                _blocked = new BlockedLinear(BlockedLayout.Build(weights, BlockedLinear.GetBlockColumns(batch, _width), _degree == 1 ? 1 : _degree * PartsAThread, sortsSegments: true), _width);
        }
    }
}
