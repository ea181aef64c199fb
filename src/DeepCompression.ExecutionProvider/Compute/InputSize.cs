namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>The one size of input that a convolution was planned for.</summary>
/// <param name="Height">Rows; 1 in 1-D.</param>
/// <param name="Width">Columns.</param>
internal sealed record InputSize(int Height, int Width);
