using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>A fully connected layer on few rows of x: every row is copied behind padding, then tiles are shared among parts.</summary>
internal sealed unsafe class SlidingLinear(SlidingLayout layout, VectorWidth width) : IDisposable
{
    private const int LeastWordsAPart = 1024; // 64 KiB of weights, some 5 microseconds: less is not worth another thread
    private const int PartsAThread = 2;       // evens out threads that start late

    public SlidingLayout Layout { get; } = layout;

    /// <summary>Computes y = activation(x Wᵀ + bias).</summary>
    public void Compute(float* x, float* y, nint yStride, int batch, float* bias, in Activation activation, ScratchPool pool, IParallelRunner runner)
    {
        nint stride = (Layout.Columns + SlidingLayout.InputPadding + 15) / 16 * 16;
        NativeBuffer scratch = pool.Rent(sizeof(float) * (long)stride * batch);
        float* padded = (float*)scratch.Pointer;
        for (int row = 0; row < batch; row++)
        {
            Denormals.Copy(x + ((long)row * Layout.Columns), padded + (row * stride), Layout.Columns);
            new Span<float>(padded + (row * stride) + Layout.Columns, (int)stride - Layout.Columns).Clear();
        }

        int parts = runner.Degree == 1 ? 1 : (int)Math.Clamp((long)Layout.TileWords[^1] * batch / LeastWordsAPart, 1, runner.Degree * PartsAThread);
        Work work = new() { Layer = this, X = padded, XStride = stride, Y = y, YStride = yStride, Batch = batch, Bias = bias, Activation = activation, Parts = parts };
        if (parts == 1)
            Multiply(Unsafe.AsPointer(ref work), 0);
        else
            runner.Run(parts, &Multiply, Unsafe.AsPointer(ref work)); // work lives in this frame until the run has returned
        pool.Return(scratch);
    }

    public void Dispose() => Layout.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(void* context, int part)
    {
        ref Work work = ref Unsafe.AsRef<Work>(context);
        SlidingLinear layer = work.Layer;
        int first = layer.Layout.PartStart(part, work.Parts), end = layer.Layout.PartStart(part + 1, work.Parts);
        SlidingProduct.Run(layer.Layout, layer.Width, first, end, work.X, work.XStride, work.Y, work.YStride, work.Batch, work.Bias, work.Activation);
    }

    private VectorWidth Width { get; } = width;

    private struct Work
    {
        public SlidingLinear Layer;
        public float* X;
        public nint XStride;
        public float* Y;
        public nint YStride;
        public int Batch;
        public float* Bias;
        public Activation Activation;
        public int Parts;
    }
}
