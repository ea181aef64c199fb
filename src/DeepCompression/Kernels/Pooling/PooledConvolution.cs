using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>
/// A convolution and the maximum pooling behind it: results of the convolution stay in a cache, and only pooled ones go to the output.
/// Instances may be used by several threads at the same time.
/// </summary>
public sealed unsafe class PooledConvolution : IConvolution
{
    private const long MostBytes = 16 << 20; // of results that wait for pooling, beyond those of one image

    private readonly IConvolution _convolution;
    private readonly VectorWidth _width;
    private readonly ScratchPool _scratch = new();

    /// <summary>Puts the layers together.</summary>
    /// <param name="convolution">The convolution, which this disposes of.</param>
    /// <param name="pooling">Windows whose greatest number is taken.</param>
    /// <param name="options">How to build; null for the defaults.</param>
    /// <exception cref="ArgumentException">The windows are not possible, or not pooled by their maximum.</exception>
    public PooledConvolution(IConvolution convolution, PoolingGeometry pooling, KernelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(convolution);
        ArgumentNullException.ThrowIfNull(pooling);
        pooling.Validate();
        if (pooling.Kind != PoolingKind.Maximum)
            throw new ArgumentException("Windows are not pooled by their maximum.", nameof(pooling));
        (_convolution, Pooling, _width) = (convolution, pooling, options?.Width ?? KernelDispatch.Selected);
    }

    /// <inheritdoc/>
    public ConvolutionGeometry Geometry => _convolution.Geometry;

    /// <summary>Windows of the convolution's results.</summary>
    public PoolingGeometry Pooling { get; }

    /// <inheritdoc/>
    public long ResidentBytes => _convolution.ResidentBytes;

    /// <summary>Computes both layers.</summary>
    /// <param name="x">The input, shape (batch, input channels, height, width).</param>
    /// <param name="y">The output, shape (batch, output channels, pooled height, pooled width).</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="runner">The caller's threads.</param>
    public void Compute(float* x, float* y, int batch, int height, int width, IParallelRunner runner)
    {
        int rows = Geometry.GetOutputHeight(height), columns = Geometry.GetOutputWidth(width);
        if (rows > 0 && columns > 0 && _convolution is IPoolingConvolution pooling && pooling.CanPool(Pooling, batch, height, width))
        {
            long pooled = (long)Geometry.OutputChannels * Pooling.GetOutputHeight(rows) * Pooling.GetOutputWidth(columns);
            for (int i = 0; i < batch && pooled > 0; i++)
                pooling.ComputePooled(x + ((long)i * Geometry.InputChannels * height * width), y + (i * pooled), height, width, Pooling, runner);
            return;
        }

        long image = (long)Geometry.OutputChannels * rows * columns * sizeof(float), rowBytes = ((long)columns + Pooling.PadLeft + Pooling.PadRight + Pooling.KernelWidth) * sizeof(float);
        rowBytes = (rowBytes + ((PlanePools.Padding + 1) * NativeBuffer.Alignment) - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment;
        int images = (int)Math.Clamp(MostBytes / Math.Max(image, 1), 1, Math.Max(batch, 1));
        Call call = new() { Rows = rows, Columns = columns, PooledRows = Pooling.GetOutputHeight(rows), PooledPlane = (long)Pooling.GetOutputHeight(rows) * Pooling.GetOutputWidth(columns), RoomBytes = rowBytes };
        if (call.PooledPlane == 0 || rows == 0 || columns == 0 || batch == 0)
            return;
        call.Parts = Math.Min(runner.Degree, Geometry.OutputChannels);
        long bytes = (image * images) + (PlanePools.Padding * NativeBuffer.Alignment) + (sizeof(float) * (long)Pooling.KernelWidth); // reading may go beyond the last row
        bytes = (bytes + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment;
        NativeBuffer scratch = _scratch.Rent(bytes + (rowBytes * call.Parts));
        call.From = (float*)scratch.Pointer;
        call.Room = scratch.Pointer + bytes;
        Invocation invocation = new() { Call = &call, Self = this };
        for (int first = 0; first < batch; first += images)
        {
            int count = Math.Min(images, batch - first);
            _convolution.Compute(x + ((long)first * Geometry.InputChannels * height * width), call.From, count, height, width, runner);
            call.Planes = count * Geometry.OutputChannels;
            call.To = y + ((long)first * Geometry.OutputChannels * call.PooledPlane);
            runner.Run(call.Parts, &RunPart, Unsafe.AsPointer(ref invocation)); // both live in this frame until the run has returned
        }

        _scratch.Return(scratch);
    }

    /// <summary>Frees the convolution.</summary>
    public void Dispose()
    {
        _convolution.Dispose();
        _scratch.Dispose();
    }

    private static void RunPart(void* context, int part)
    {
        ref Invocation invocation = ref Unsafe.AsRef<Invocation>(context);
        Call* call = invocation.Call;
        delegate*<PlanePoolWork*, PoolingGeometry, void> kernel = PlanePools.Get(invocation.Self._width);
        int first = (int)((long)call->Planes * part / call->Parts), end = (int)((long)call->Planes * (part + 1) / call->Parts);
        PlanePoolWork work = new() { Height = call->Rows, Width = call->Columns, End = call->PooledRows, Room = (float*)(call->Room + (part * call->RoomBytes)) };
        for (int plane = first; plane < end; plane++)
        {
            work.Rows = new PlaneRows((nint)(call->From + ((long)plane * call->Rows * call->Columns)), call->Columns);
            work.To = call->To + (plane * call->PooledPlane);
            kernel(&work, invocation.Self.Pooling);
        }
    }

    private struct Call
    {
        public float* From;
        public float* To;
        public byte* Room;
        public long RoomBytes;
        public long PooledPlane;
        public int Planes;
        public int Rows;
        public int PooledRows;
        public int Columns;
        public int Parts;
    }

    private struct Invocation
    {
        public Call* Call;
        public PooledConvolution Self;
    }
}
