using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// A 1x1 convolution of stride 1 whose weights share centroids but are hardly pruned: ONNX Conv on float32 NCHW, with bias and activation.
/// Weights stay codes of one byte. Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class SharedPointwise : IConvolution
{
    /// <summary>Output channels: for so few, gathering the inputs of a run first costs more than it saves.</summary>
    internal const int LargestUnpacked = 32;

    private const int PartsAThread = 2; // evens out threads that start late
    private const int Rows = PointwiseWork.Rows;

    private readonly NativeBuffer _codes;
    private readonly NativeBuffer _codebook;
    private readonly NativeBuffer _bias;
    private readonly int[] _codebookOffsets; // of every row
    private readonly Activation _activation;
    private readonly VectorWidth _width;
    private readonly ScratchPool _scratch = new();

    /// <summary>Builds the layer.</summary>
    /// <param name="weights">The kernels, shape (output channels, input channels); where one is zero, its codebook holds zero or has fewer than 256 centroids.</param>
    /// <param name="geometry">The channels of a 1x1 kernel without groups, strides and pads.</param>
    /// <param name="bias">One number an output channel, or nothing.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public SharedPointwise(CsrMatrix weights, ConvolutionGeometry geometry, ReadOnlySpan<float> bias = default, Activation activation = default, KernelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(geometry);
        geometry.Validate(weights.Rows, weights.Columns);
        if (!Fits(geometry))
            throw new ArgumentException("The kernel is not 1x1 without groups, strides and pads.", nameof(geometry));
        if (bias.Length != 0 && bias.Length != weights.Rows)
            throw new ArgumentException($"{weights.Rows} output channels need as many biases; found {bias.Length}.", nameof(bias));
        (Geometry, _activation) = (geometry, activation);
        _width = options?.Width ?? KernelDispatch.Selected;
        int quads = (weights.Rows + Rows - 1) / Rows, size = weights.GroupSize;
        _bias = new NativeBuffer((long)quads * Rows * sizeof(float));
        bias.CopyTo(new Span<float>(_bias.Pointer, weights.Rows));
        int stride = size < Codebook.MaxSize ? size + 1 : size; // the code behind the last means zero
        _codebook = new NativeBuffer((long)weights.Groups * stride * sizeof(float));
        for (int group = 0; group < weights.Groups; group++)
            weights.CopyCentroids(group, new Span<float>((float*)_codebook.Pointer + (group * stride), size));
        _codebookOffsets = new int[quads * Rows];
        for (int row = 0; row < _codebookOffsets.Length; row++)
            _codebookOffsets[row] = Math.Min(row, weights.Rows - 1) / (weights.Rows / weights.Groups) * stride;
        _codes = new NativeBuffer((((long)quads * weights.Columns) + 1) * sizeof(uint)); // one more is read
        FillCodes(weights, size);
    }

    /// <inheritdoc/>
    public ConvolutionGeometry Geometry { get; }

    /// <inheritdoc/>
    public long ResidentBytes => _codes.Bytes + _codebook.Bytes + _bias.Bytes + (sizeof(int) * (long)_codebookOffsets.Length);

    /// <summary>Whether this machine has registers enough for the kernel: 32 vectors.</summary>
    public static bool IsEfficient => KernelDispatch.Selected == VectorWidth.Vector512 || (AdvSimd.IsSupported && KernelDispatch.Selected == VectorWidth.Vector128);

    /// <summary>Whether a convolution is one that this kernel computes.</summary>
    public static bool Fits(ConvolutionGeometry geometry) =>
        geometry is { KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, Groups: 1, PadTop: 0, PadLeft: 0, PadBottom: 0, PadRight: 0 };

    /// <inheritdoc/>
    public void Compute(float* x, float* y, int batch, int height, int width, IParallelRunner runner)
    {
        long area = (long)height * width;
        if (batch == 0 || area == 0)
            return;
        int run = PointwiseWork.Vectors * TileKernels.GetLanes(_width), runs = checked((int)((area + run - 1) / run));
        Call call = new() { X = x, Y = y, Area = area, Run = run, Runs = runs, Units = checked(runs * batch) };
        call.Parts = runner.Degree == 1 ? 1 : Math.Min(call.Units, runner.Degree * PartsAThread);
        long partBytes = ((long)Geometry.InputChannels + Rows) * run * sizeof(float);
        NativeBuffer scratch = _scratch.Rent(partBytes * call.Parts);
        call.Scratch = scratch.Pointer;
        call.PartBytes = partBytes;
        Invocation invocation = new() { Call = &call, Self = this };
        runner.Run(call.Parts, &RunPart, Unsafe.AsPointer(ref invocation)); // both live in this frame until the run has returned
        _scratch.Return(scratch);
        GC.KeepAlive(this);
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose()
    {
        _codes.Dispose();
        _codebook.Dispose();
        _bias.Dispose();
        _scratch.Dispose();
    }

    private static void RunPart(void* context, int part)
    {
        ref Invocation invocation = ref Unsafe.AsRef<Invocation>(context);
        Call* call = invocation.Call;
        int first = (int)((long)call->Units * part / call->Parts), end = (int)((long)call->Units * (part + 1) / call->Parts);
        for (int unit = first; unit < end; unit++)
            invocation.Self.Compute(call, unit, call->Scratch + (part * call->PartBytes));
    }

    /// <summary>A unit is a run of positions of an image. The last ends with the image; in a small image all are one that is filled up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compute(Call* call, int unit, byte* scratch)
    {
        int channels = Geometry.InputChannels, outputs = Geometry.OutputChannels, image = unit / call->Runs;
        long start = Math.Max(Math.Min(unit % call->Runs * (long)call->Run, call->Area - call->Run), 0);
        int length = (int)Math.Min(call->Run, call->Area);
        float* from = call->X + ((long)image * channels * call->Area) + start, to = call->Y + ((long)image * outputs * call->Area) + start, packed = (float*)scratch;
        bool isPacked = length < call->Run || outputs > LargestUnpacked;
        for (int channel = 0; isPacked && channel < channels; channel++, from += call->Area, packed += call->Run)
        {
            Denormals.Copy(from, packed, length);
            if (length < call->Run)
                new Span<float>(packed + length, call->Run - length).Clear();
        }

        delegate*<PointwiseWork*, void> kernel = GetKernel();
        PointwiseWork work = new() { Channels = channels, X = isPacked ? scratch : (byte*)from, StepBytes = sizeof(float) * (isPacked ? call->Run : (nint)call->Area), Activation = _activation };
        for (int row = 0; row < outputs; row += Rows, to += Rows * call->Area)
        {
            bool isDirect = row + Rows <= outputs && length == call->Run;
            work.Codes = (uint*)_codes.Pointer + ((long)row / Rows * channels);
            float* codebook = (float*)_codebook.Pointer;
            work.Codebook0 = codebook + _codebookOffsets[row];
            work.Codebook1 = codebook + _codebookOffsets[row + 1];
            work.Codebook2 = codebook + _codebookOffsets[row + 2];
            work.Codebook3 = codebook + _codebookOffsets[row + 3];
            work.Bias = (float*)_bias.Pointer + row;
            work.Y = isDirect ? (byte*)to : (byte*)packed;
            work.RowBytes = sizeof(float) * (isDirect ? (nint)call->Area : call->Run);
            kernel(&work);
            for (int i = 0; !isDirect && i < Rows && row + i < outputs; i++)
                new ReadOnlySpan<float>(packed + (i * call->Run), length).CopyTo(new Span<float>(to + (i * call->Area), length));
        }
    }

    private delegate*<PointwiseWork*, void> GetKernel() => _width switch
    {
        VectorWidth.Vector512 => &PointwiseKernel<Lane512, Vector512<float>>.Run,
        VectorWidth.Vector256 => &PointwiseKernel<Lane256, Vector256<float>>.Run,
        VectorWidth.Vector128 => &PointwiseKernel<Lane128, Vector128<float>>.Run,
        _ => &PointwiseKernel<LaneScalar, float>.Run,
    };

    private void FillCodes(CsrMatrix weights, int size)
    {
        byte* codes = _codes.Pointer;
        for (int row = 0; row < weights.Rows; row++)
        {
            byte* place = codes + (((long)row / Rows * weights.Columns) * Rows) + (row % Rows);
            ReadOnlySpan<int> columns = weights.ColumnIndices.AsSpan(weights.RowPointers[row], weights.RowPointers[row + 1] - weights.RowPointers[row]);
            if (columns.Length < weights.Columns)
            {
                int zero = size < Codebook.MaxSize ? size : weights.IndexOfZero(row / (weights.Rows / weights.Groups));
                if (zero < 0)
                    throw new ArgumentException("A weight is zero, and its codebook of 256 centroids does not hold zero.", nameof(weights));
                for (int column = 0; column < weights.Columns; column++)
                    place[(long)column * Rows] = (byte)zero;
            }

            for (int entry = 0; entry < columns.Length; entry++)
                place[(long)columns[entry] * Rows] = weights.Codes[weights.RowPointers[row] + entry];
        }
    }

    private struct Call
    {
        public float* X;
        public float* Y;
        public long Area;
        public int Run;
        public int Runs;
        public int Units;
        public int Parts;
        public byte* Scratch;
        public long PartBytes;
    }

    private struct Invocation
    {
        public Call* Call;
        public SharedPointwise Self;
    }
}
