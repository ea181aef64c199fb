using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>A layer of a <see cref="LayerChain"/>: a <see cref="ConvolutionLayer"/> or a <see cref="LinearLayer"/>.</summary>
/// <param name="Weights">The weights, one row an output (channel).</param>
/// <param name="Bias">One number a row, or nothing.</param>
/// <param name="Activation">Applied to every output.</param>
public abstract record ChainLayer(CsrMatrix Weights, ReadOnlyMemory<float> Bias, Activation Activation);

/// <summary>A fully connected layer: y = activation(x Wᵀ + bias). What comes before it is flattened, channels first.</summary>
/// <param name="Weights">The weights, shape (outputs, inputs).</param>
/// <param name="Bias">One number an output, or nothing.</param>
/// <param name="Activation">Applied to every output.</param>
public sealed record LinearLayer(CsrMatrix Weights, ReadOnlyMemory<float> Bias = default, Activation Activation = default) : ChainLayer(Weights, Bias, Activation);

/// <summary>A convolution on images of one size, with a pooling layer behind it or none.</summary>
/// <param name="Weights">The kernels, shape (output channels, input channels a group x kernel height x kernel width).</param>
/// <param name="Geometry">Channels, kernel, strides, pads.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="Bias">One number an output channel, or nothing.</param>
/// <param name="Activation">Applied to every output of the convolution, before pooling.</param>
public sealed record ConvolutionLayer(CsrMatrix Weights, ConvolutionGeometry Geometry, int Height, int Width, ReadOnlyMemory<float> Bias = default, Activation Activation = default)
    : ChainLayer(Weights, Bias, Activation)
{
    /// <summary>The pooling layer; null for none.</summary>
    public PoolingGeometry? Pooling { get; init; }

    /// <summary>Applied to every output of the pooling layer.</summary>
    public Activation PooledActivation { get; init; }

    /// <summary>Rows of the output.</summary>
    public int OutputHeight => Pooling?.GetOutputHeight(Geometry.GetOutputHeight(Height)) ?? Geometry.GetOutputHeight(Height);

    /// <summary>Columns of the output.</summary>
    public int OutputWidth => Pooling?.GetOutputWidth(Geometry.GetOutputWidth(Width)) ?? Geometry.GetOutputWidth(Width);
}
