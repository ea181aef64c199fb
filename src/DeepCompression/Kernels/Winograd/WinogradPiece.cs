namespace DeepCompression.Kernels;

/// <summary>Tiles of one image that follow each other.</summary>
/// <param name="FirstTile">The number of the first tile among those of all images.</param>
/// <param name="Tiles">How many.</param>
/// <param name="Image">The image.</param>
/// <param name="Row">The first row of the grid.</param>
/// <param name="Rows">Rows of the grid.</param>
/// <param name="Column">The first column of the grid.</param>
/// <param name="Columns">Columns of the grid from there on.</param>
/// <param name="Skipped">Tiles of the first row that are left out.</param>
internal readonly record struct WinogradPiece(int FirstTile, int Tiles, int Image, int Row, int Rows, int Column, int Columns, int Skipped);
