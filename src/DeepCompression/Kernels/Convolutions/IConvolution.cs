namespace DeepCompression.Kernels;

/// <summary>A convolution whose weights are compressed: ONNX Conv on float32 NCHW.</summary>
public unsafe interface IConvolution : IDisposable
{
    /// <summary>Channels, kernel, strides, pads.</summary>
    ConvolutionGeometry Geometry { get; }

    /// <summary>Bytes that the layer holds.</summary>
    long ResidentBytes { get; }

    /// <summary>Computes the layer.</summary>
    /// <param name="x">The input, shape (batch, input channels, height, width).</param>
    /// <param name="y">The output, shape (batch, output channels, output height, output width).</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="runner">The caller's threads.</param>
    void Compute(float* x, float* y, int batch, int height, int width, IParallelRunner runner);
}
