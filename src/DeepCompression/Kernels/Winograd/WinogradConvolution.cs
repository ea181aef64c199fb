using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>
/// A convolution whose weights share centroids but are hardly pruned, by minimal filtering (Winograd 1980; Lavin and Gray 2016): ONNX Conv on float32 NCHW,
/// with bias and activation. Weights stay codes of one byte and are looked up and transformed a block at a time in every call. A kernel that steps over
/// inputs is one of more channels, its phases. Instances may be used by several threads at the same time.
/// </summary>
/// <remarks>
/// Results differ from exact ones by rounding, relative to the largest: up to three taps a stride by 1e-6 to 3e-6, two to five times what sums of products do,
/// up to five by 3e-6 to 1e-5; the more, the more channels there are.
/// An input that is infinite or no number reaches all 16 outputs of each of its tiles.
/// </remarks>
public sealed unsafe class WinogradConvolution : IPoolingConvolution
{
    private const long MostPooledBytes = 4 << 20; // of an image's transformed inputs

    private readonly WinogradWeights _weights;
    private readonly NativeBuffer _bias;
    private readonly Activation _activation;
    private readonly VectorWidth _width;
    private readonly ScratchPool _scratch = new();
    private volatile WinogradTiling? _last; // of a call

    /// <summary>Builds the layer.</summary>
    /// <param name="weights">The kernels, shape (output channels, input channels a group x kernel height x kernel width).</param>
    /// <param name="geometry">Channels, kernel, strides, pads; one that <see cref="Fits"/>.</param>
    /// <param name="bias">One number an output channel, or nothing.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public WinogradConvolution(CsrMatrix weights, ConvolutionGeometry geometry, ReadOnlySpan<float> bias = default, Activation activation = default, KernelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(geometry);
        geometry.Validate(weights.Rows, weights.Columns);
        if (!Fits(geometry))
            throw new ArgumentException("The kernel is dilated, or has fewer than 2 or more than 5 taps a stride.", nameof(geometry));
        if (bias.Length != 0 && bias.Length != weights.Rows)
            throw new ArgumentException($"{weights.Rows} output channels need as many biases; found {bias.Length}.", nameof(bias));
        (Geometry, _activation) = (geometry, activation);
        _width = options?.Width ?? KernelDispatch.Selected;
        _bias = bias.IsEmpty ? new NativeBuffer(sizeof(float) * (long)weights.Rows) : NativeBuffer.Copy(bias);
        _weights = new WinogradWeights(weights, geometry);
    }

    /// <inheritdoc/>
    public ConvolutionGeometry Geometry { get; }

    /// <inheritdoc/>
    public long ResidentBytes => _weights.Bytes + _bias.Bytes;

    /// <summary>Whether this machine has registers enough for the kernel: 32 vectors.</summary>
    public static bool IsEfficient => KernelDispatch.Selected > VectorWidth.Scalar && HasManyRegisters((int)KernelDispatch.Selected / 8);

    /// <summary>Whether a convolution is one that this kernel computes: not dilated, of 2 to 5 taps a stride in one direction and no more in the other.</summary>
    /// <param name="geometry">The convolution.</param>
    public static bool Fits(ConvolutionGeometry geometry)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        return WinogradTiling.Fits(geometry);
    }

    /// <inheritdoc/>
    public void Compute(float* x, float* y, int batch, int height, int width, IParallelRunner runner)
    {
        if (batch == 0 || Geometry.GetOutputHeight(height) == 0 || Geometry.GetOutputWidth(width) == 0)
            return;
        WinogradWork work = new(Geometry, _weights, GetTiling(batch, height, width), (float*)_bias.Pointer, _activation, _width, x, y);
        work.Run(_scratch, runner);
        GC.KeepAlive(this);
    }

    /// <summary>Whether an image is small enough for its results to be pooled block by block.</summary>
    bool IPoolingConvolution.CanPool(PoolingGeometry pooling, int batch, int height, int width) => GetTiling(1, height, width).GetInputBytes(TileKernels.GetLanes(_width)) <= MostPooledBytes;

    /// <summary>Computes the layer and the maximum pooling behind it for one image.</summary>
    void IPoolingConvolution.ComputePooled(float* x, float* y, int height, int width, PoolingGeometry pooling, IParallelRunner runner)
    {
        WinogradWork work = new(Geometry, _weights, GetTiling(1, height, width), (float*)_bias.Pointer, _activation, _width, x, y, pooling);
        work.Run(_scratch, runner);
        GC.KeepAlive(this);
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose()
    {
        _weights.Dispose();
        _bias.Dispose();
        _scratch.Dispose();
    }

    private WinogradTiling GetTiling(int batch, int height, int width)
    {
        WinogradTiling? tiling = _last;
        if (tiling is null || tiling.Batch != batch || tiling.Height != height || tiling.Width != width)
            _last = tiling = new WinogradTiling(Geometry, batch, height, width);
        return tiling;
    }

    /// <summary>Whether there are 32 vector registers.</summary>
    internal static bool HasManyRegisters(int vectorBytes) => vectorBytes == 64 || AdvSimd.IsSupported || (Avx512F.VL.IsSupported && vectorBytes > sizeof(float));
}
