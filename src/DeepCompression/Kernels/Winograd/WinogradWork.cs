using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>
/// One call of a <see cref="WinogradConvolution"/>: units are runs of tiles times runs of output channels. A unit transforms its inputs once; then, for a block of
/// output channels after another, it looks up and transforms the weights of some channels, adds their products to the sums, and transforms the sums.
/// Blocks are what threads take: those of their own units first, then those that others have left, who may run on a slower core.
/// Where results are pooled, a unit has all tiles that some rows of pooled results need, and the results of a block stay in a cache until they are pooled.
/// </summary>
internal unsafe struct WinogradWork
{
    private const int BlockChannels = 64;       // whose transformed weights fit a second-level cache
    private const int RoomVectors = 40;         // of transforms on their way
    private const int Outputs = WinogradTiling.Outputs;
    private const int PooledVectors = 12;       // that are computed at a time where results are pooled
    private const int LastTiles = 4;            // a vector with no more tiles than one of so many parts of its lanes is computed tile by tile
    private const int LeastLeft = 3;            // blocks of a unit whose inputs a thread would have to transform before it can help
    private const int Line = NativeBuffer.Alignment;

    private readonly ConvolutionGeometry _geometry;
    private readonly WinogradWeights _weights;
    private readonly WinogradTiling _tiling;
    private readonly WinogradKernels _kernels;
    private readonly float* _bias;
    private readonly Activation _activation;
    private readonly VectorWidth _width;
    private readonly float* _x;
    private readonly float* _y;
    private readonly PoolingGeometry? _pooling;
    private readonly int _lanes;
    private readonly int _vectorBytes;
    private WinogradUnits _units;
    private int _parts;
    private int _mostVectors; // of a unit
    private int _groupVectors; // of a unit that are computed at a time
    private nint _restBytes;
    private nint _resultPlane; // numbers of a channel's results
    private nint _poolOffset;
    private bool _poolsSums; // before bias and activation
    private nint _inputPoint;  // bytes from a point to the next
    private nint _weightPoint;
    private nint _sumPoint;
    private nint _rowLength;
    private nint _outputLength;
    private nint _planeBytes;
    private long _partBytes;
    private byte* _scratch;

    public WinogradWork(
        ConvolutionGeometry geometry, WinogradWeights weights, WinogradTiling tiling, float* bias, in Activation activation, VectorWidth width, float* x, float* y, PoolingGeometry? pooling = null)
    {
        (_geometry, _weights, _tiling, _activation, _width, _pooling) = (geometry, weights, tiling, activation, width, pooling);
        _bias = bias;
        _x = x;
        _y = y;
        _kernels = WinogradKernels.Get(width, tiling.Points);
        _lanes = TileKernels.GetLanes(width);
        _vectorBytes = _lanes * sizeof(float);
    }

    /// <summary>Computes the call.</summary>
    public void Run(ScratchPool pool, IParallelRunner runner)
    {
        Divide(runner.Degree);
        NativeBuffer scratch = pool.Rent((_partBytes * _parts) + ((long)_units.Count * Line));
        _scratch = scratch.Pointer;
        for (int unit = 0; unit < _units.Count; unit++)
            *GetNext(unit) = 0;
        runner.Run(_parts, &RunPart, Unsafe.AsPointer(ref this)); // on the stack of the caller until all have returned
        pool.Return(scratch);
    }

    /// <summary>The number of the next block of a unit, alone in its cache line.</summary>
    private readonly int* GetNext(int unit) => (int*)(_scratch + (_partBytes * _parts) + ((nint)unit * Line));

    private readonly nint OutputPlane => (nint)_geometry.GetOutputHeight(_tiling.Height) * _geometry.GetOutputWidth(_tiling.Width);

    private readonly nint PooledPlane => (nint)_pooling!.GetOutputHeight(_geometry.GetOutputHeight(_tiling.Height)) * _pooling.GetOutputWidth(_geometry.GetOutputWidth(_tiling.Width));

    private void Divide(int degree)
    {
        int products = _tiling.Products, channels = _tiling.Channels;
        _units = new WinogradUnits(_geometry, _tiling, _pooling, _weights.Blocks, _lanes, degree);
        _parts = Math.Min(degree, _units.Count);
        _mostVectors = _units.MostVectors;
        _groupVectors = _pooling is null ? _mostVectors : Math.Min(_mostVectors, PooledVectors + (PooledVectors / 2));
        _inputPoint = Odd((channels * _mostVectors) + 1) * _vectorBytes;
        _weightPoint = (Math.Min(channels, BlockChannels) + 1) / 2 * 2 * WinogradWeights.Rows * sizeof(float) + Line;
        _sumPoint = Odd(WinogradWeights.Rows * _groupVectors) * _vectorBytes;
        int tiles = _mostVectors * _lanes, gridColumns = Math.Min(_tiling.GridColumns, tiles), gridRows = Math.Min(_tiling.GridRows, (tiles / _tiling.GridColumns) + 2);
        _rowLength = Align(((nint)gridColumns * Outputs) + _tiling.Points + ((nint)_lanes * 2 * Outputs));
        _outputLength = Align(((nint)_groupVectors * _lanes * Outputs) + _lanes);
        _planeBytes = _rowLength * ((gridRows * Outputs) + _tiling.Points) * sizeof(float);
        _restBytes = Align(Math.Max((4 * _rowLength * _tiling.Points) + (_planeBytes / sizeof(float)), _outputLength * Outputs)) * sizeof(float);
        _partBytes = (products * (_inputPoint + _weightPoint + _sumPoint)) + (RoomVectors * Line) + (_tiling.Taps * _tiling.Taps * Line) + _restBytes;
        _resultPlane = OutputPlane;
        if (_pooling is not null)
        {
            // Rows of the tiles of a unit: some may be beyond the image, and are not written.
            _poolsSums = _mostVectors == _groupVectors && _activation.IsMonotonic;
            _resultPlane = _poolsSums ? 0 : Align((nint)(_mostVectors * _lanes / _tiling.GridColumns + 1) * Outputs * _geometry.GetOutputWidth(_tiling.Width));
            _poolOffset = (Align((_resultPlane * WinogradWeights.Rows) + _pooling.KernelWidth) * sizeof(float)) + (2 * Line);
            _partBytes += _poolOffset + (Align(_geometry.GetOutputWidth(_tiling.Width) + _pooling.PadLeft + _pooling.PadRight + _pooling.KernelWidth + (PlanePools.Padding * _lanes)) * sizeof(float));
        }

        _partBytes = (_partBytes + Line - 1) / Line * Line;

        nint Odd(nint lines) => lines | 1; // so that points do not fall on the same cache sets
        static nint Align(nint numbers) => (numbers + 15) / 16 * 16;
    }

    private static void RunPart(void* context, int part)
    {
        ref WinogradWork work = ref Unsafe.AsRef<WinogradWork>(context);
        int units = work._units.Count, first = (int)((long)units * part / work._parts), own = (int)((long)units * (part + 1) / work._parts) - first;
        Inputs ready = new(-1, -1);
        for (int turn = 0; turn < units; turn++)
            work.RunUnit((first + turn) % units, turn < own, work._scratch + (part * work._partBytes), ref ready);
    }

    /// <summary>Computes the blocks of a unit that nobody has taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunUnit(int unit, bool isOwn, byte* scratch, ref Inputs ready)
    {
        (int firstBlock, int endBlock) = _units.GetBlocks(unit);
        int* next = GetNext(unit);
        while (true)
        {
            int likely = firstBlock + Volatile.Read(ref *next);
            if (!isOwn && endBlock - likely < LeastLeft && ready != new Inputs(_units.GetRun(unit), likely / _weights.BlocksAGroup))
                return;
            int block = firstBlock + Interlocked.Increment(ref *next) - 1;
            if (block >= endBlock)
                return;
            RunBlock(unit, block, scratch, ref ready);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunBlock(int unit, int block, byte* scratch, ref Inputs ready)
    {
        int points = _tiling.Products, channels = _tiling.Channels;
        (int firstTile, int tiles) = _units.GetTiles(unit);
        int vectors = (tiles + _lanes - 1) / _lanes;
        byte* inputs = scratch, sums = inputs + (points * _inputPoint), weights = sums + (points * _sumPoint), room = weights + (points * _weightPoint);
        byte* taps = room + (RoomVectors * Line), rest = taps + (_tiling.Taps * _tiling.Taps * Line);
        int group = block / _weights.BlocksAGroup, rowsAGroup = _geometry.OutputChannels / _geometry.Groups;
        Inputs needed = new(_units.GetRun(unit), group);
        if (ready != needed)
            TransformInputs(group, firstTile, tiles, vectors, inputs, rest);
        ready = needed;

        int row = block % _weights.BlocksAGroup * WinogradWeights.Rows, rows = Math.Min(rowsAGroup - row, WinogradWeights.Rows), firstRow = (group * rowsAGroup) + row;
        float* results = _pooling is null ? _y + (firstRow * OutputPlane) : (float*)(rest + _restBytes) - (firstTile / _tiling.GridColumns * Outputs * (nint)_geometry.GetOutputWidth(_tiling.Width));
        for (int first = 0, count; first < vectors; first += count)
        {
            count = vectors - first <= _groupVectors ? vectors - first : PooledVectors;
            int groupTiles = Math.Min(count * _lanes, tiles - (first * _lanes));
            nint offset = (nint)first * _vectorBytes;
            for (int channel = 0; channel < channels; channel += BlockChannels)
            {
                WinogradProduct product = new()
                {
                    Channels = Math.Min(BlockChannels, channels - channel),
                    InputBytes = (nint)vectors * _vectorBytes,
                    SumBytes = (nint)count * _vectorBytes,
                    Adds = channel > 0,
                };
                if (first == 0 || channels > BlockChannels)
                    _weights.Transform(block, channel, product.Channels, _tiling, _geometry, _kernels, _width, (float*)taps, room, weights, _weightPoint);
                for (int point = 0; point < points; point++)
                {
                    byte* pointInputs = inputs + (point * _inputPoint) + (channel * product.InputBytes) + offset;
                    Multiply(&product, (float*)(weights + (point * _weightPoint)), pointInputs, sums + (point * _sumPoint), count, groupTiles, rows);
                }
            }

            if (_poolsSums)
                PoolSums(unit, firstRow, rows, firstTile, vectors, sums, room, (float*)rest);
            else
                WriteOutputs(firstRow, rows, firstTile + (first * _lanes), groupTiles, count, sums, room, (float*)rest, results);
        }

        if (_pooling is not null && !_poolsSums)
            PoolResults(unit, firstRow, rows, results, (float*)(rest + _restBytes + _poolOffset));
    }

    /// <summary>Pools the results of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PoolResults(int unit, int firstRow, int rows, float* results, float* room)
    {
        PlanePoolWork work = GetPoolWork(unit, firstRow, room);
        for (int row = 0; row < rows; row++, work.To += PooledPlane)
        {
            work.Rows = new PlaneRows((nint)(results + (row * _resultPlane)), work.Width);
            _kernels.Pool(&work, _pooling!);
        }
    }

    /// <summary>Transforms the sums of a block channel by channel, and pools each as tiles have it: what is greatest stays so when a bias and an activation follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PoolSums(int unit, int firstRow, int rows, int firstTile, int vectors, byte* sums, byte* room, float* rest)
    {
        WinogradOutputWork output = GetOutputWork(vectors, room, rest);
        nint stride = (nint)_tiling.GridColumns * Outputs;
        PlanePoolWork work = GetPoolWork(unit, firstRow, (float*)((byte*)rest + _restBytes + _poolOffset));
        work.Rows = new PlaneRows((nint)(rest - (firstTile / _tiling.GridColumns * stride)), stride, _outputLength, BitOperations.Log2(Outputs));
        work.Activation = _activation;
        for (int row = 0; row < rows; row++, sums += (nint)vectors * _vectorBytes, work.To += PooledPlane)
        {
            output.Sums = sums;
            _kernels.Output(&output);
            work.Bias = _bias[firstRow + row];
            _kernels.Pool(&work, _pooling!);
        }
    }

    private readonly PlanePoolWork GetPoolWork(int unit, int firstRow, float* room)
    {
        (int first, int end) = _units.GetPooledRows(unit);
        int height = _geometry.GetOutputHeight(_tiling.Height), width = _geometry.GetOutputWidth(_tiling.Width);
        float* to = _y + (firstRow * PooledPlane) + ((nint)first * _pooling!.GetOutputWidth(width));
        return new() { Height = height, Width = width, First = first, End = end, To = to, Room = room };
    }

    private readonly WinogradOutputWork GetOutputWork(int vectors, byte* room, float* rest) => new()
    {
        PointBytes = _sumPoint,
        Vectors = vectors,
        Room = room,
        Rows = rest,
        RowLength = _outputLength,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Multiply(WinogradProduct* product, float* weights, byte* inputs, byte* sums, int vectors, int tiles, int rows)
    {
        int last = tiles - ((vectors - 1) * _lanes), whole = last <= _lanes / LastTiles ? vectors - 1 : vectors, vector = 0;
        for (; vector <= whole - WinogradKernels.ManyVectors && _kernels.Many != null; vector += WinogradKernels.ManyVectors)
            Sweep(_kernels.Many, WinogradKernels.ManyRows, vector * _vectorBytes);
        for (; vector <= whole - WinogradKernels.FewVectors; vector += WinogradKernels.FewVectors)
            Sweep(_kernels.Few, _kernels.FewRows, vector * _vectorBytes);
        for (; vector < whole; vector++)
            Sweep(_kernels.One, _kernels.OneRows, vector * _vectorBytes);
        for (int tile = whole * _lanes; tile < tiles; tile += WinogradKernels.TilesAtOnce)
            Sweep(_kernels.Tiles, WinogradWeights.Rows, tile * sizeof(float));

        void Sweep(delegate*<WinogradProduct*, void> kernel, int step, int offset)
        {
            product->Inputs = inputs + offset;
            product->Weights = weights;
            product->Sums = sums + offset;
            for (int row = 0; row < rows; row += step, product->Weights += step, product->Sums += step * product->SumBytes)
                kernel(product);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void TransformInputs(int group, int firstTile, int tiles, int vectors, byte* inputs, byte* rest)
    {
        int channels = _geometry.InputChannels / _geometry.Groups;
        nint image = (nint)_tiling.Height * _tiling.Width;
        WinogradInputWork work = new()
        {
            End = _x + ((nint)_tiling.Batch * _geometry.InputChannels * image),
            Height = _tiling.Height,
            Width = _tiling.Width,
            StrideHeight = _geometry.StrideHeight,
            StrideWidth = _geometry.StrideWidth,
            Turned = (float*)rest,
            Plane = (float*)rest + (4 * _tiling.Points * _rowLength),
            RowLength = _rowLength,
            PointBytes = _inputPoint,
        };
        nint channelBytes = (nint)vectors * _vectorBytes;
        WinogradPieces pieces = new(_tiling, firstTile, tiles);
        // Channel by channel: what is written behind the last tile of one is written over by the next.
        for (int channel = 0; channel < channels; channel++)
        {
            for (int phaseRow = 0; phaseRow < _tiling.PhaseRows; phaseRow++)
            {
                for (int phaseColumn = 0; phaseColumn < _tiling.PhaseColumns; phaseColumn++, inputs += channelBytes)
                {
                    work.Results = inputs;
                    (work.RowOffset, work.ColumnOffset) = (phaseRow - _geometry.PadTop, phaseColumn - _geometry.PadLeft);
                    for (WinogradPiece piece = pieces.First; piece.Tiles > 0; piece = pieces.Next(piece))
                    {
                        work.X = _x + ((((nint)piece.Image * _geometry.InputChannels) + (group * channels) + channel) * image);
                        (work.FirstRow, work.FirstColumn) = (piece.Row * Outputs, piece.Column * Outputs);
                        (work.TileRows, work.TileColumns, work.SkippedTiles, work.Tiles) = (piece.Rows, piece.Columns, piece.Skipped, piece.Tiles);
                        work.Columns = ((piece.Columns - 1) * Outputs) + _tiling.Points;
                        _kernels.Input(&work);
                        work.Results += piece.Tiles * sizeof(float);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void WriteOutputs(int firstRow, int rows, int firstTile, int tiles, int vectors, byte* sums, byte* room, float* rest, float* results)
    {
        int outputHeight = _geometry.GetOutputHeight(_tiling.Height), outputWidth = _geometry.GetOutputWidth(_tiling.Width);
        WinogradOutputWork work = GetOutputWork(vectors, room, rest);
        Activation activation = _activation;
        WinogradPieces pieces = new(_tiling, firstTile, tiles);
        for (int row = 0; row < rows; row++, sums += (nint)vectors * _vectorBytes)
        {
            work.Sums = sums;
            _kernels.Output(&work);
            float* from = rest;
            for (WinogradPiece piece = pieces.First; piece.Tiles > 0; piece = pieces.Next(piece))
            {
                float* image = results + ((((nint)piece.Image * _geometry.OutputChannels) + row) * _resultPlane);
                int left = piece.Tiles, skipped = piece.Skipped;
                for (int i = 0; i < piece.Rows; i++)
                {
                    int run = Math.Min(piece.Columns - skipped, left), y = (piece.Row + i) * Outputs, x = (piece.Column + skipped) * Outputs;
                    int numbers = Math.Min(run * Outputs, outputWidth - x);
                    for (int k = 0; k < Outputs && y + k < outputHeight; k++)
                        _kernels.Write(from + (k * _outputLength), image + ((nint)(y + k) * outputWidth) + x, numbers, _bias[firstRow + row], &activation, room);
                    from += run * Outputs;
                    left -= run;
                    skipped = 0;
                }
            }
        }
    }

    /// <summary>Whose inputs a thread has transformed.</summary>
    private readonly record struct Inputs(int Run, int Group);
}
