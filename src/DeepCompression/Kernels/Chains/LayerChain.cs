using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>
/// Sparse layers that follow one another, computed on a batch whose samples stand in the lanes from the first layer to the last: first
/// convolutions, then fully connected layers, of either as many as there are. A few samples pass all layers before the next ones come, so
/// that what lies between two layers stays in a cache. Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class LayerChain : IDisposable
{
    private const int MostVectors = 4; // of samples that pass the fully connected layers together: a weight is read once for them

    private readonly VectorWidth _width;
    private readonly int _lanes;
    private readonly ChainedConvolution[] _convolutions;
    private readonly ChainedLinear[] _linears;
    private readonly ScratchPool _scratch = new();

    /// <summary>Builds the layers.</summary>
    /// <param name="layers">The layers, convolutions first.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no layer, or layers do not fit each other.</exception>
    public LayerChain(IReadOnlyList<ChainLayer> layers, KernelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        Validate(layers);
        _width = options?.Width ?? KernelDispatch.Selected;
        _lanes = TileKernels.GetLanes(_width);
        ConvolutionLayer[] convolutions = [.. layers.OfType<ConvolutionLayer>()];
        _convolutions = new ChainedConvolution[convolutions.Length];
        for (int i = convolutions.Length - 1; i >= 0; i--)
            _convolutions[i] = new ChainedConvolution(convolutions[i], i + 1 < convolutions.Length ? _convolutions[i + 1] : null, _width);
        _linears = [.. layers.OfType<LinearLayer>().Select(layer => new ChainedLinear(layer, _width))];
    }

    /// <summary>Numbers of a sample's input.</summary>
    public int Inputs => _convolutions.Length > 0 ? _convolutions[0].Inputs : _linears[0].Inputs;

    /// <summary>Numbers of a sample's output.</summary>
    public int Outputs => _linears.Length > 0 ? _linears[^1].Outputs : _convolutions[^1].Outputs;

    /// <summary>Bytes that the layers hold.</summary>
    public long ResidentBytes => _convolutions.Sum(layer => layer.ResidentBytes) + _linears.Sum(layer => layer.ResidentBytes);

    /// <summary>Computes all layers.</summary>
    /// <param name="x">The inputs, shape (batch, inputs) row-major; images are channels x height x width.</param>
    /// <param name="y">The outputs, shape (batch, outputs) row-major.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="runner">The caller's threads.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Compute(ReadOnlySpan<float> x, Span<float> y, int batch, IParallelRunner runner)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        if (x.Length < (long)batch * Inputs)
            throw new ArgumentException($"{batch} samples of {Inputs} inputs are needed; found {x.Length} numbers.", nameof(x));
        if (y.Length < (long)batch * Outputs)
            throw new ArgumentException($"{batch} samples of {Outputs} outputs are needed; found room for {y.Length} numbers.", nameof(y));
        fixed (float* px = x, py = y)
            Compute(px, py, batch, runner);
    }

    /// <summary>Computes all layers.</summary>
    /// <param name="x">The inputs, shape (batch, inputs) row-major; images are channels x height x width.</param>
    /// <param name="y">The outputs, shape (batch, outputs) row-major.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="runner">The caller's threads.</param>
    public void Compute(float* x, float* y, int batch, IParallelRunner runner)
    {
        if (batch == 0 || Outputs == 0)
            return;
        int groups = (batch + _lanes - 1) / _lanes, parts = Math.Min(groups, runner.Degree);
        long partBytes = GetPartBytes();
        NativeBuffer scratch = _scratch.Rent(partBytes * parts);
        Work work = new() { Chain = this, X = x, Y = y, Batch = batch, Groups = groups, Parts = parts, Scratch = scratch.Pointer, PartBytes = partBytes };

        // Work lives in this frame until the run has returned; the parts see it through its address.
        runner.Run(parts, &RunPart, Unsafe.AsPointer(ref work));
        _scratch.Return(scratch);
        GC.KeepAlive(this);
    }

    /// <summary>Frees the layers.</summary>
    public void Dispose()
    {
        foreach (ChainedConvolution layer in _convolutions)
            layer.Dispose();
        foreach (ChainedLinear layer in _linears)
            layer.Dispose();
        _scratch.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunPart(void* context, int part)
    {
        ref Work work = ref Unsafe.AsRef<Work>(context);
        int group = (int)((long)work.Groups * part / work.Parts), end = (int)((long)work.Groups * (part + 1) / work.Parts);
        byte* scratch = work.Scratch + (part * work.PartBytes);
        work.Chain.ClearBorders(scratch);
        while (group < end)
        {
            int vectors = Math.Min(end - group, MostVectors) switch { >= MostVectors => MostVectors, >= 2 => 2, _ => 1 };
            int first = group * work.Chain._lanes, samples = Math.Min(vectors * work.Chain._lanes, work.Batch - first);
            work.Chain.RunVectors(work.X + ((nint)first * work.Chain.Inputs), work.Y + ((nint)first * work.Chain.Outputs), samples, vectors, scratch);
            group += vectors;
        }
    }

    private static long Align(long bytes) => (bytes + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment;

    // Inputs of every convolution, then the sums, then the flat numbers before and behind every fully connected layer.
    private long GetPartBytes()
    {
        long bytes = GetSumBytes() + GetFlatBytes(Math.Max(_linears.Length > 0 ? _linears[0].Inputs : 0, _convolutions.Length > 0 ? _convolutions[^1].Outputs : 0));
        foreach (ChainedConvolution layer in _convolutions)
            bytes += Align(layer.Plan.PackedBytes);
        foreach (ChainedLinear layer in _linears)
            bytes += GetFlatBytes(layer.Outputs);
        return bytes;
    }

    private long GetSumBytes()
    {
        long bytes = 0;
        foreach (ChainedConvolution layer in _convolutions)
            bytes = Math.Max(bytes, Align(layer.SumBytes));
        return bytes;
    }

    private long GetFlatBytes(int numbers) => Align((long)numbers * MostVectors * _lanes * sizeof(float));

    private void ClearBorders(byte* scratch)
    {
        foreach (ChainedConvolution layer in _convolutions)
        {
            if (layer.HasBorder)
                new Span<byte>(scratch, checked((int)layer.Plan.PackedBytes)).Clear();
            scratch += Align(layer.Plan.PackedBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunVectors(float* x, float* y, int samples, int vectors, byte* scratch)
    {
        int vectorBytes = _lanes * sizeof(float), width = vectors * _lanes;
        byte* flat = scratch;
        foreach (ChainedConvolution layer in _convolutions)
            flat += Align(layer.Plan.PackedBytes);
        byte* sums = flat;
        flat += GetSumBytes();
        if (_convolutions.Length == 0)
        {
            if (samples < width)
                new Span<float>(flat, checked(Inputs * width)).Clear();
            Transposition.Run(x, Inputs, samples, Inputs, (float*)flat, width, _width);
            Denormals.Flush((float*)flat, (long)Inputs * width);
        }

        for (int vector = 0; vector < vectors && _convolutions.Length > 0; vector++)
        {
            byte* packed = scratch;
            int first = vector * _lanes;
            _convolutions[0].Pack(x + ((nint)first * Inputs), Math.Min(_lanes, samples - first), packed);
            for (int i = 0; i < _convolutions.Length; i++)
            {
                byte* next = packed + Align(_convolutions[i].Plan.PackedBytes);
                bool isLast = i == _convolutions.Length - 1;
                _convolutions[i].Compute(packed, sums, isLast ? flat + (vector * vectorBytes) : next, isLast ? vectors * vectorBytes : vectorBytes);
                packed = next;
            }
        }

        int numbers = _convolutions.Length > 0 ? _convolutions[^1].Outputs : Inputs;
        foreach (ChainedLinear layer in _linears)
        {
            byte* next = flat + GetFlatBytes(numbers);
            layer.Compute(flat, vectors, next);
            flat = next;
            numbers = layer.Outputs;
        }

        Transposition.Run((float*)flat, width, Outputs, samples, y, Outputs, _width);
    }

    private static void Validate(IReadOnlyList<ChainLayer> layers)
    {
        if (layers.Count == 0)
            throw new ArgumentException("A chain has at least one layer.", nameof(layers));
        ChainLayer? before = null;
        foreach (ChainLayer layer in layers)
        {
            if (layer.Bias.Length != 0 && layer.Bias.Length != layer.Weights.Rows)
                throw new ArgumentException($"{layer.Weights.Rows} outputs need as many biases; found {layer.Bias.Length}.", nameof(layers));
            if (layer is ConvolutionLayer convolution)
            {
                convolution.Geometry.Validate(layer.Weights.Rows, layer.Weights.Columns);
                convolution.Pooling?.Validate();
                if (convolution.OutputHeight < 1 || convolution.OutputWidth < 1)
                    throw new ArgumentException($"Images of {convolution.Height} x {convolution.Width} are smaller than the kernel or the window.", nameof(layers));
                if (before is LinearLayer)
                    throw new ArgumentException("A convolution cannot follow a fully connected layer.", nameof(layers));
                if (before is ConvolutionLayer other && (other.Geometry.OutputChannels, other.OutputHeight, other.OutputWidth) != (convolution.Geometry.InputChannels, convolution.Height, convolution.Width))
                    throw new ArgumentException($"Images of {other.Geometry.OutputChannels} x {other.OutputHeight} x {other.OutputWidth} do not fit a convolution of {convolution.Geometry.InputChannels} x {convolution.Height} x {convolution.Width}.", nameof(layers));
            }
            else
            {
                int numbers = before switch { null => layer.Weights.Columns, ConvolutionLayer image => image.Geometry.OutputChannels * image.OutputHeight * image.OutputWidth, _ => before.Weights.Rows };
                if (numbers != layer.Weights.Columns)
                    throw new ArgumentException($"{numbers} numbers do not fit a layer of {layer.Weights.Columns} inputs.", nameof(layers));
            }

            before = layer;
        }
    }

    private struct Work
    {
        public LayerChain Chain;
        public float* X;
        public float* Y;
        public int Batch;
        public int Groups;
        public int Parts;
        public byte* Scratch;
        public long PartBytes;
    }
}
