using System.Runtime.CompilerServices;
using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// A convolution with sparse, shared weights: ONNX Conv on float32 NCHW, with bias and activation.
/// Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class SparseConvolution : IDisposable
{
    private const int PartsAThread = 2;        // of the output channels: evens out threads
    private const int MaxPlans = 16;           // sizes kept; images of ever new sizes replace the oldest
    private const int CacheFloats = 8192;      // of inputs that a block of weights reads in a pass: two thirds of a first-level cache
    private const int SumFloats = 16384;       // of a part: 64 KiB
    private const double LeastWeights = 12;    // of a row in a block: fewer, and moving its sums costs more than they save

    private readonly VectorWidth _width;
    private readonly NativeBuffer _bias;
    private readonly Activation _activation;
    private readonly BlockedLayout _layout;
    private readonly ScratchPool _scratch = new();
    private readonly Lock _planning = new();
    private volatile ConvolutionPlan[] _plans = [];

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
        (Geometry, NonZeros, _activation) = (geometry, weights.NonZeros, activation);
        options ??= KernelOptions.Default;
        _width = options.Width ?? KernelDispatch.Selected;
        _bias = bias.IsEmpty ? new NativeBuffer(sizeof(float) * (long)weights.Rows) : NativeBuffer.Copy(bias);
        int degree = options.Degree ?? Environment.ProcessorCount;
        _layout = BlockedLayout.Build(weights, ChooseBlock(weights), Math.Max(degree == 1 ? 1 : degree * PartsAThread, ChooseParts()), weights.Rows / geometry.Groups);
    }

    /// <summary>Channels, kernel, strides, pads.</summary>
    public ConvolutionGeometry Geometry { get; }

    /// <summary>The number of weights that are not zero.</summary>
    public long NonZeros { get; }

    /// <summary>Bytes that the layouts built so far hold.</summary>
    public long ResidentBytes => _bias.Bytes + _layout.Bytes + _plans.Sum(plan => plan.Bytes);

    /// <summary>Builds what inputs of this size need, so that the first call need not. Plans are kept a size.</summary>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    public void Prepare(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        if (Geometry.GetOutputHeight(height) > 0 && Geometry.GetOutputWidth(width) > 0)
            GetPlan(height, width);
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
        if (batch == 0 || Geometry.GetOutputHeight(height) == 0 || Geometry.GetOutputWidth(width) == 0)
            return;
        ConvolutionPlan plan = GetPlan(height, width);
        int mostRows = 0, mostSums = 0;
        for (int part = 0; part < _layout.Parts; part++)
            mostRows = Math.Max(mostRows, _layout.PartRows[part + 1] - _layout.PartRows[part]);
        foreach (ConvolutionPass pass in plan.Passes)
            mostSums = Math.Max(mostSums, pass.Shape.Sums);
        int slots = runner.Degree * 2; // parts that may run at the same time, and then some
        long packed = Align(sizeof(float) * (long)plan.ChannelVectors * plan.Lanes * Geometry.InputChannels);
        long plane = Align(sizeof(float) * ConvolutionPacking.GetPlaneLength(plan));
        long sums = Align(sizeof(float) * (long)mostRows * mostSums * plan.Lanes);
        int packParts = Math.Min(Geometry.InputChannels, slots), multiplyParts = _layout.Parts * plan.Passes.Length;
        NativeBuffer scratch = _scratch.Rent(packed + Math.Max(plane * packParts, sums * multiplyParts));
        Work work = new() { Layer = this, Plan = plan, Packed = scratch.Pointer, Rest = scratch.Pointer + packed, PlaneBytes = plane, SumBytes = sums, PackParts = packParts };
        for (int image = 0; image < batch; image++)
        {
            work.X = x + ((long)image * Geometry.InputChannels * height * width);
            work.Y = y + ((long)image * Geometry.OutputChannels * plan.OutputHeight * plan.OutputWidth);
            // Work lives in this frame until both runs have returned; the parts see it through its address.
            runner.Run(packParts, &Pack, Unsafe.AsPointer(ref work));
            runner.Run(multiplyParts, &Multiply, Unsafe.AsPointer(ref work));
        }

        _scratch.Return(scratch);
        GC.KeepAlive(this);
    }

    /// <summary>Frees the layouts.</summary>
    public void Dispose()
    {
        _layout.Dispose();
        _bias.Dispose();
        _scratch.Dispose();
        foreach (ConvolutionPlan plan in _plans)
            plan.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(void* context, int part)
    {
        ref Work work = ref Unsafe.AsRef<Work>(context);
        ConvolutionPlan plan = work.Plan;
        ConvolutionGeometry geometry = work.Layer.Geometry;
        float* plane = (float*)(work.Rest + (part * work.PlaneBytes));
        new Span<byte>(plane, (int)work.PlaneBytes).Clear();
        int first = (int)((long)geometry.InputChannels * part / work.PackParts), end = (int)((long)geometry.InputChannels * (part + 1) / work.PackParts);
        for (int channel = first; channel < end; channel++)
        {
            ConvolutionPacking.Pack(
                plan, geometry, work.X + ((long)channel * plan.Height * plan.Width), plane,
                (float*)work.Packed + ((long)channel * plan.ChannelVectors * plan.Lanes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(void* context, int index)
    {
        ref Work work = ref Unsafe.AsRef<Work>(context);
        SparseConvolution layer = work.Layer;
        ConvolutionPlan plan = work.Plan;
        BlockedLayout layout = layer._layout;
        int part = index % layout.Parts, firstRow = layout.PartRows[part], rows = layout.PartRows[part + 1] - firstRow;
        ConvolutionPass pass = plan.Passes[index / layout.Parts];
        int group = firstRow / (layer.Geometry.OutputChannels / layer.Geometry.Groups), length = pass.Shape.Sums * plan.Lanes;
        byte* x = work.Packed + ((long)group * (layer.Geometry.InputChannels / layer.Geometry.Groups) * plan.ChannelVectors * plan.Lanes * sizeof(float));
        float* sums = (float*)(work.Rest + (index * work.SumBytes));
        float* bias = (float*)layer._bias.Pointer + firstRow;
        for (int row = 0; row < rows; row++)
            new Span<float>(sums + ((long)row * length), length).Fill(bias[row]);
        layout.Multiply(part, TileKernels.Get(layer._width, pass.Shape), x + plan.GetStart(pass), plan.Offsets, plan.RunStride, (byte*)sums);
        Activations.Apply(sums, (long)rows * length, layer._activation);
        long plane = (long)plan.OutputHeight * plan.OutputWidth;
        for (int row = 0; row < rows; row++)
            ConvolutionPacking.Unpack(plan, pass, sums + ((long)row * length), work.Y + ((firstRow + row) * plane));
    }

    private static long Align(long bytes) => (bytes + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment;

    /// <summary>Columns a block: what it reads in a pass of 2 x 7 stays in the first-level cache, unless rows are too sparse for that.</summary>
    private int ChooseBlock(CsrMatrix weights)
    {
        int lanes = TileKernels.GetLanes(_width), taps = Geometry.KernelHeight * Geometry.KernelWidth;
        int inputs = taps == 1 ? 7 * lanes : (Geometry.KernelHeight + 1) * (Geometry.KernelWidth + 6) * lanes; // a channel's, in a pass
        double density = weights.NonZeros / Math.Max((double)weights.Rows * weights.Columns, 1);
        int channels = Math.Max(CacheFloats / inputs, (int)Math.Min(LeastWeights / Math.Max(density, 1e-3) / taps, BlockedLayout.MaxBlockColumns));
        return Math.Clamp(channels * taps, 1, BlockedLayout.MaxBlockColumns);
    }

    /// <summary>Parts whose sums stay in the second-level cache beside the inputs.</summary>
    private int ChooseParts()
    {
        int sums = (Geometry.KernelHeight * Geometry.KernelWidth == 1 ? 7 : 14) * TileKernels.GetLanes(_width);
        return (int)(((long)Geometry.OutputChannels * sums / SumFloats) + 1);
    }

    private ConvolutionPlan GetPlan(int height, int width)
    {
        foreach (ConvolutionPlan plan in _plans)
        {
            if (plan.Height == height && plan.Width == width)
                return plan;
        }

        lock (_planning)
        {
            foreach (ConvolutionPlan plan in _plans)
            {
                if (plan.Height == height && plan.Width == width)
                    return plan;
            }

            // A plan that falls out may still be in use: its memory is freed when it is collected.
            ConvolutionPlan made = ConvolutionPlan.Create(Geometry, height, width, TileKernels.GetLanes(_width), (double)NonZeros / Geometry.InputChannels);
            _plans = [made, .. _plans.Take(MaxPlans - 1)];
            return made;
        }
    }

    private struct Work
    {
        public SparseConvolution Layer;
        public ConvolutionPlan Plan;
        public float* X;
        public float* Y;
        public byte* Packed;
        public byte* Rest;
        public long PlaneBytes;
        public long SumBytes;
        public int PackParts;
    }
}
