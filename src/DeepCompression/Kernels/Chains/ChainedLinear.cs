using System.Runtime.CompilerServices;

namespace DeepCompression.Kernels;

/// <summary>A fully connected layer within a <see cref="LayerChain"/>: vectors of samples in, vectors of samples out.</summary>
internal sealed unsafe class ChainedLinear : IDisposable
{
    private readonly BlockedLayout _layout;
    private readonly NativeBuffer _bias;
    private readonly Activation _activation;
    private readonly VectorWidth _width;

    public ChainedLinear(LinearLayer layer, VectorWidth width)
    {
        (_activation, _width) = (layer.Activation, width);
        _layout = BlockedLayout.Build(layer.Weights, BlockedLinear.BlockColumns, 1);
        _bias = layer.Bias.IsEmpty ? new NativeBuffer(sizeof(float) * (long)layer.Weights.Rows) : NativeBuffer.Copy(layer.Bias.Span);
    }

    /// <summary>Numbers a sample.</summary>
    public int Inputs => _layout.Columns;

    /// <summary>Numbers a sample.</summary>
    public int Outputs => _layout.Rows;

    /// <summary>Bytes that the layer holds.</summary>
    public long ResidentBytes => _layout.Bytes + _bias.Bytes;

    /// <summary>Computes the layer.</summary>
    /// <param name="x">Inputs, each some vectors.</param>
    /// <param name="vectors">Vectors of samples: 1, 2 or 4.</param>
    /// <param name="y">Takes the outputs, each as many vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(byte* x, int vectors, byte* y)
    {
        int length = vectors * TileKernels.GetLanes(_width) * sizeof(float);
        delegate*<TileWork*, void> kernel = TileKernels.Get(_width, new TileShape(1, vectors), _layout.Centroids);
        for (int part = 0; part < _layout.Parts; part++)
        {
            byte* to = y + ((nint)_layout.PartRows[part] * length);
            _layout.Multiply(part, kernel, x, length, 0, (float*)_bias.Pointer, to, length, to, length, _activation);
        }

        Denormals.Flush((float*)y, (long)Outputs * length / sizeof(float));
    }

    public void Dispose()
    {
        _layout.Dispose();
        _bias.Dispose();
    }
}
