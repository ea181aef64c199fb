namespace DeepCompression.Kernels;

/// <summary>What threads share of a <see cref="WinogradWork"/>: runs of tiles, or runs of blocks of output channels. No two write to one cache line, but at the ends of runs.</summary>
internal readonly struct WinogradUnits
{
    private const int VectorsAThread = 3;    // of tiles: fewer, and threads share output channels instead, for which each transforms all inputs
    private const int StripRows = 7;         // of the grid a thread, where results are pooled: the same
    private const int StripsAThread = 2;     // of an image with rows enough: evens out threads of which one is slower
    private const int StripBytes = 1 << 20;  // of transformed inputs, where results are pooled: the same

    private readonly ConvolutionGeometry _geometry;
    private readonly WinogradTiling _tiling;
    private readonly PoolingGeometry? _pooling;
    private readonly int _blocks;
    private readonly int _lanes;
    private readonly int _vectors; // of tiles
    private readonly int _tileUnits = 1;
    private readonly int _rowUnits = 1;

    public WinogradUnits(ConvolutionGeometry geometry, WinogradTiling tiling, PoolingGeometry? pooling, int blocks, int lanes, int degree)
    {
        (_geometry, _tiling, _pooling, _blocks, _lanes, _vectors) = (geometry, tiling, pooling, blocks, lanes, tiling.GetVectors(lanes));
        if (pooling is null)
            _tileUnits = tiling.GetUnits(lanes);
        int runs = pooling is not null && tiling.GridRows >= StripRows * StripsAThread * degree ? degree * StripsAThread : degree; // of tiles, or a multiple
        bool isLarge = pooling is null
            ? _vectors >= VectorsAThread * degree
            : tiling.GridRows >= StripRows * degree && tiling.GetInputBytes(lanes) > StripBytes && pooling.GetOutputHeight(geometry.GetOutputHeight(tiling.Height)) >= runs;
        if (degree > 1 && isLarge)
            _tileUnits = (_tileUnits + runs - 1) / runs * runs;
        else if (degree > 1)
            _rowUnits = Math.Min(degree, blocks);
        for (int unit = 0; unit < Count; unit++)
            MostVectors = Math.Max(MostVectors, (GetTiles(unit).Count + lanes - 1) / lanes);
    }

    /// <summary>Units.</summary>
    public int Count => _tileUnits * _rowUnits;

    /// <summary>Vectors of tiles of a unit, at most.</summary>
    public int MostVectors { get; }

    /// <summary>The tiles of a unit. Where results are pooled, they are whole rows of the grid, some of them those of another unit, too.</summary>
    public (int First, int Count) GetTiles(int unit)
    {
        if (_pooling is null)
        {
            int first = GetFirstVector(GetRun(unit)) * _lanes;
            return (first, Math.Min(GetFirstVector(GetRun(unit) + 1) * _lanes, _tiling.Tiles) - first);
        }

        (int top, int bottom) = GetPooledRows(unit);
        int firstRow = Math.Max((top * _pooling.StrideHeight) - _pooling.PadTop, 0), lastRow = ((bottom - 1) * _pooling.StrideHeight) - _pooling.PadTop + _pooling.KernelHeight - 1;
        int firstTile = firstRow / WinogradTiling.Outputs, endTile = Math.Min((lastRow / WinogradTiling.Outputs) + 1, _tiling.GridRows);
        return (firstTile * _tiling.GridColumns, (endTile - firstTile) * _tiling.GridColumns);
    }

    /// <summary>The number of a unit's run of tiles.</summary>
    public int GetRun(int unit) => unit / _rowUnits;

    /// <summary>The rows of pooled results of a unit.</summary>
    public (int First, int End) GetPooledRows(int unit)
    {
        long rows = _pooling!.GetOutputHeight(_geometry.GetOutputHeight(_tiling.Height));
        return ((int)(rows * (GetRun(unit)) / _tileUnits), (int)(rows * (GetRun(unit) + 1) / _tileUnits));
    }

    /// <summary>The blocks of output channels of a unit.</summary>
    public (int First, int End) GetBlocks(int unit) => ((int)((long)_blocks * (unit % _rowUnits) / _rowUnits), (int)((long)_blocks * ((unit % _rowUnits) + 1) / _rowUnits));

    /// <summary>Units of many vectors have as many as kernels take at a time.</summary>
    private int GetFirstVector(int unit)
    {
        int vector = (int)((long)_vectors * unit / _tileUnits), step = _vectors >= 2 * WinogradKernels.ManyVectors * _tileUnits ? WinogradKernels.ManyVectors : 1;
        return unit == _tileUnits ? _vectors : vector / step * step;
    }
}
