namespace DeepCompression.Kernels;

/// <summary>A run of tiles as pieces of images: rows of a grid, or, where these are long, parts of one row.</summary>
internal readonly struct WinogradPieces
{
    private readonly int _columns;
    private readonly int _image; // tiles
    private readonly int _end;
    private readonly bool _isLong;

    public WinogradPieces(WinogradTiling tiling, int firstTile, int tiles)
    {
        (_columns, _image, _end) = (tiling.GridColumns, tiling.GridRows * tiling.GridColumns, firstTile + tiles);
        _isLong = tiling.GridColumns > tiles / 2;
        First = Cut(firstTile);
    }

    /// <summary>The first piece.</summary>
    public WinogradPiece First { get; }

    /// <summary>The piece behind another; without tiles at the end.</summary>
    public WinogradPiece Next(in WinogradPiece piece) => Cut(piece.FirstTile + piece.Tiles);

    private WinogradPiece Cut(int tile)
    {
        int place = tile % _image, row = place / _columns, column = place % _columns, most = Math.Min(_end - tile, _image - place);
        if (_isLong)
        {
            int tiles = Math.Min(most, _columns - column);
            return new WinogradPiece(tile, tiles, tile / _image, row, 1, column, tiles, 0);
        }

        return new WinogradPiece(tile, most, tile / _image, row, (column + most + _columns - 1) / _columns, 0, _columns, column);
    }
}
