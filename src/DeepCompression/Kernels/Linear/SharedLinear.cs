using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>
/// A fully connected layer whose weights share centroids but are not pruned: y = activation(x Wᵀ + bias), float32.
/// Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class SharedLinear : IDisposable
{
    private const int VectorsAPass = 4;     // rows of x that a look-up serves
    private const int LeastWordsAPart = 1024; // 64 KiB of codes: less is not worth another thread
    private const int PartsAThread = 2;     // evens out threads that start late

    private readonly SharedLayout _layout;
    private readonly NativeBuffer _bias;
    private readonly Activation _activation;
    private readonly VectorWidth _width;
    private readonly ScratchPool _scratch = new();

    /// <summary>Builds the layer.</summary>
    /// <param name="codes">One code a weight, shape (outputs, inputs) row-major, or (inputs, outputs) where <paramref name="transposed"/>.</param>
    /// <param name="codebook">The centroids, shape (groups, size) row-major; a group is a run of outputs.</param>
    /// <param name="groups">Groups of the codebook.</param>
    /// <param name="outputs">The number of outputs.</param>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="transposed">Whether the codes come as (inputs, outputs).</param>
    /// <param name="bias">One number an output, or nothing.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public SharedLinear(ReadOnlySpan<byte> codes, ReadOnlySpan<float> codebook, int groups, int outputs, int inputs, bool transposed = false, ReadOnlySpan<float> bias = default, Activation activation = default, KernelOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(outputs);
        ArgumentOutOfRangeException.ThrowIfNegative(inputs);
        if (codes.Length != (long)outputs * inputs)
            throw new ArgumentException($"{outputs} x {inputs} weights need as many codes; found {codes.Length}.", nameof(codes));
        if (outputs % groups != 0 || codebook.Length % groups != 0)
            throw new ArgumentException("Groups divide the codebook and the outputs evenly.", nameof(groups));
        if (bias.Length != 0 && bias.Length != outputs)
            throw new ArgumentException($"{outputs} outputs need as many biases; found {bias.Length}.", nameof(bias));
        if (codebook.Length / groups is 0 or > Codebook.MaxSize && codes.Length > 0)
            throw new ArgumentException($"A group has 1 to {Codebook.MaxSize} centroids; found {codebook.Length / groups}.", nameof(codebook));
        if (codebook.Length / groups < Codebook.MaxSize && codes.ContainsAnyExceptInRange((byte)0, (byte)Math.Max((codebook.Length / groups) - 1, 0)))
            throw new ArgumentException("A code is beyond the codebook.", nameof(codes));
        (Outputs, Inputs, _activation) = (outputs, inputs, activation);
        _width = options?.Width ?? KernelDispatch.Selected;
        _bias = bias.IsEmpty ? new NativeBuffer(sizeof(float) * (long)outputs) : NativeBuffer.Copy(bias);
        _layout = new SharedLayout(codes, codebook, groups, outputs, inputs, transposed);
    }

    /// <summary>The number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>The number of outputs.</summary>
    public int Outputs { get; }

    /// <summary>Bytes that the layer holds.</summary>
    public long ResidentBytes => _layout.Bytes + _bias.Bytes;

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
    public void Compute(float* x, float* y, int batch, IParallelRunner runner)
    {
        if (batch == 0 || Outputs == 0)
            return;
        int stride = _layout.PaddedColumns;
        NativeBuffer scratch = _scratch.Rent(sizeof(float) * (long)stride * batch);
        float* padded = (float*)scratch.Pointer;
        for (int row = 0; row < batch; row++)
        {
            Denormals.Copy(x + ((long)row * Inputs), padded + ((long)row * stride), Inputs);
            new Span<float>(padded + ((long)row * stride) + Inputs, stride - Inputs).Clear();
        }

        int parts = runner.Degree == 1 ? 1 : (int)Math.Clamp((long)_layout.Tiles * _layout.WordsATile * batch / LeastWordsAPart, 1, Math.Min(runner.Degree * PartsAThread, _layout.Tiles));
        Work work = new() { Layer = this, X = padded, Y = y, Batch = batch, Parts = parts };
        runner.Run(parts, &Multiply, Unsafe.AsPointer(ref work)); // work lives in this frame until the run has returned
        _scratch.Return(scratch);
        GC.KeepAlive(this);
    }

    /// <summary>Frees the layout.</summary>
    public void Dispose()
    {
        _layout.Dispose();
        _bias.Dispose();
        _scratch.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(void* context, int part)
    {
        ref Work work = ref Unsafe.AsRef<Work>(context);
        SharedLinear layer = work.Layer;
        SharedLayout layout = layer._layout;
        float* sums = stackalloc float[VectorsAPass * SharedLayout.Lanes];
        float* bias = (float*)layer._bias.Pointer;
        int end = (int)((long)layout.Tiles * (part + 1) / work.Parts);
        for (int tile = (int)((long)layout.Tiles * part / work.Parts); tile < end; tile++)
        {
            int firstRow = (tile / layout.TilesAGroup * layout.RowsAGroup) + (tile % layout.TilesAGroup * SharedLayout.Lanes);
            int rows = Math.Min(SharedLayout.Lanes, layout.RowsAGroup - (tile % layout.TilesAGroup * SharedLayout.Lanes));
            for (int vector = 0; vector < work.Batch;)
            {
                int taken = layer.Multiply(tile, work.X + ((long)vector * layout.PaddedColumns), work.Batch - vector, sums);
                for (int v = 0; v < taken; v++)
                {
                    float* y = work.Y + ((long)(vector + v) * layer.Outputs) + firstRow;
                    for (int row = 0; row < rows; row++)
                        y[row] = layer._activation.Apply(sums[(v * SharedLayout.Lanes) + row] + bias[firstRow + row]);
                }

                vector += taken;
            }
        }
    }

    /// <summary>Multiplies one tile by as many vectors as a kernel takes, and says how many.</summary>
    private int Multiply(int tile, float* x, int vectors, float* sums)
    {
        int count = _layout.WordsATile;
        uint* words = _layout.Words + ((long)tile * count * SharedLayout.Lanes);
        float* codebook = _layout.Codebook + (tile / _layout.TilesAGroup * _layout.TableSize);
        switch (_width)
        {
            case VectorWidth.Vector512 when vectors < VectorsAPass && _layout.Bits == 4:
                SharedKernel512.Multiply4Bits(words, count, codebook, x).Store(sums);
                return 1;
            case VectorWidth.Vector512 when vectors < VectorsAPass:
                SharedKernel512.Multiply(words, count, _layout.Bits, codebook, _layout.TableSize, x).Store(sums);
                return 1;
            case VectorWidth.Vector512:
                SharedKernel512.MultiplyFour(words, count, _layout.Bits, codebook, _layout.TableSize, x, _layout.PaddedColumns, (Vector512<float>*)sums);
                return VectorsAPass;
            case VectorWidth.Vector256:
                SharedKernelGather.Multiply256(words, count, _layout.Bits, codebook, x, sums);
                return 1;
            default:
                SharedKernelGather.MultiplyScalar(words, count, _layout.Bits, codebook, x, sums);
                return 1;
        }
    }

    private struct Work
    {
        public SharedLinear Layer;
        public float* X;
        public float* Y;
        public int Batch;
        public int Parts;
    }
}
