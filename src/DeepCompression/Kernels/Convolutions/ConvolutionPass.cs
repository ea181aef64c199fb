namespace DeepCompression.Kernels;

/// <summary>A tile of a lane's block of outputs that a kernel computes at once.</summary>
/// <param name="Shape">Rows (runs) and columns (vectors).</param>
/// <param name="Row">The first row in the block.</param>
/// <param name="Column">The first column in the block.</param>
internal readonly record struct ConvolutionPass(TileShape Shape, int Row, int Column);
