using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>
/// A fully connected layer on many rows of x: x is transposed so that the batch stands in the lanes, every part of the
/// weights is multiplied by it, and the sums are transposed back.
/// </summary>
internal sealed unsafe class BlockedLinear : IDisposable
{
    /// <summary>Columns a block for tiles of 4 vectors, whose inputs then fit the first-level cache.</summary>
    public const int BlockColumns = 160;

    private const int PackColumns = 256; // columns of x that one part of the packing takes

    private readonly BlockedLayout _layout;
    private readonly VectorWidth _width;

    public BlockedLinear(BlockedLayout layout, VectorWidth width) => (_layout, _width) = (layout, width);

    public BlockedLayout Layout => _layout;

    /// <summary>Computes y = activation(x Wᵀ + bias).</summary>
    public void Compute(float* x, float* y, nint yStride, int batch, float* bias, in Activation activation, ScratchPool pool, IParallelRunner runner)
    {
        int lanes = TileKernels.GetLanes(_width), vectors = ChooseVectors(batch, _width), tileLanes = vectors * lanes;
        int tiles = (batch + tileLanes - 1) / tileLanes, mostRows = 0;
        for (int part = 0; part < _layout.Parts; part++)
            mostRows = Math.Max(mostRows, _layout.PartRows[part + 1] - _layout.PartRows[part]);
        long inputBytes = sizeof(float) * (long)tiles * tileLanes * _layout.Columns;
        long sumBytes = sizeof(float) * (long)tileLanes * mostRows;
        NativeBuffer scratch = pool.Rent(inputBytes + NativeBuffer.Alignment + (sumBytes * tiles * _layout.Parts));
        Work work = new()
        {
            Layer = this,
            X = x,
            Y = y,
            YStride = yStride,
            Batch = batch,
            Bias = bias,
            Activation = activation,
            Packed = (float*)scratch.Pointer,
            Sums = scratch.Pointer + ((inputBytes + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment),
            SumBytes = sumBytes,
            Kernel = TileKernels.Get(_width, new TileShape(1, vectors), _layout.Centroids),
            TileLanes = tileLanes,
            Tiles = tiles,
        };

        // Work lives in this frame until both runs have returned; the parts see it through its address.
        void* context = Unsafe.AsPointer(ref work);
        runner.Run((_layout.Columns + PackColumns - 1) / PackColumns, &Pack, context);
        runner.Run(_layout.Parts * tiles, &Multiply, context);
        pool.Return(scratch);
    }

    public void Dispose() => _layout.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(void* context, int part)
    {
        ref Work work = ref Unsafe.AsRef<Work>(context);
        int columns = work.Layer._layout.Columns, first = part * PackColumns, count = Math.Min(PackColumns, columns - first);
        for (int tile = 0; tile < work.Tiles; tile++)
        {
            int row = tile * work.TileLanes, rows = Math.Min(work.TileLanes, work.Batch - row);
            float* packed = work.Packed + (((long)tile * columns) + first) * work.TileLanes;
            if (rows < work.TileLanes)
                new Span<float>(packed, count * work.TileLanes).Clear();
            Transposition.Run(work.X + ((long)row * columns) + first, columns, rows, count, packed, work.TileLanes, work.Layer._width);
            Denormals.Flush(packed, (long)count * work.TileLanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(void* context, int index)
    {
        ref Work work = ref Unsafe.AsRef<Work>(context);
        BlockedLayout layout = work.Layer._layout;
        int part = index % layout.Parts, tile = index / layout.Parts;
        int firstRow = layout.PartRows[part], rows = layout.PartRows[part + 1] - firstRow;
        float* sums = (float*)(work.Sums + (index * work.SumBytes));
        nint columnBytes = work.TileLanes * sizeof(float);
        layout.Multiply(part, work.Kernel, (byte*)work.Packed + (tile * (nint)layout.Columns * columnBytes), columnBytes, 0, work.Bias, (byte*)sums, columnBytes, (byte*)sums, columnBytes, work.Activation);
        int firstResult = tile * work.TileLanes, results = Math.Min(work.TileLanes, work.Batch - firstResult);
        Transposition.Run(sums, work.TileLanes, rows, results, work.Y + (firstResult * work.YStride) + firstRow, work.YStride, work.Layer._width);
    }

    /// <summary>Columns a block for a batch: few vectors leave room for more of them, and every block costs a reading of the sums.</summary>
    public static int GetBlockColumns(int batch, VectorWidth width) => ChooseVectors(batch, width) switch { 1 => 256, 2 => 200, 4 => BlockColumns, _ => 128 };

    private static int ChooseVectors(int batch, VectorWidth width)
    {
        int needed = (batch + TileKernels.GetLanes(width) - 1) / TileKernels.GetLanes(width);
        return needed switch { <= 1 => 1, 2 => 2, <= 4 => 4, <= 6 => 6, 7 => 7, _ => 4 };
    }

    private struct Work
    {
        public BlockedLinear Layer;
        public float* X;
        public float* Y;
        public nint YStride;
        public int Batch;
        public float* Bias;
        public Activation Activation;
        public float* Packed;
        public byte* Sums;
        public long SumBytes;
        public delegate*<TileWork*, void> Kernel;
        public int TileLanes;
        public int Tiles;
    }
}
