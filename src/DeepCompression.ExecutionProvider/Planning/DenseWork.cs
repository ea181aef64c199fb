using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>A dense operator to be timed on stock ONNX Runtime.</summary>
/// <param name="Geometry">Of a convolution; null for others.</param>
/// <param name="Height">Rows of a convolution's input.</param>
/// <param name="Width">Columns of a convolution's input.</param>
/// <param name="Batch">Rows of a product's input.</param>
/// <param name="Inputs">Columns of a product's input.</param>
/// <param name="Outputs">Columns of a product's output.</param>
/// <param name="Transposed">Of a transposed convolution; null for others. With neither geometry it is a matrix product.</param>
internal sealed record DenseWork(ConvolutionGeometry? Geometry, int Height, int Width, int Batch, int Inputs, int Outputs, TransposedConvolutionGeometry? Transposed = null)
{
    /// <summary>Times an operator on one thread, in nanoseconds. The layer that knows ONNX Runtime's sessions sets it.</summary>
    public static Func<DenseWork, double>? Measure { get; set; }
}
