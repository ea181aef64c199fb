namespace DeepCompression.Kernels;

/// <summary>The weights of one row in one block.</summary>
/// <param name="Row">The row's number in its part.</param>
/// <param name="Count">How many weights.</param>
internal readonly record struct TileSegment(ushort Row, ushort Count);
