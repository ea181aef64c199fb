namespace DeepCompression.Kernels;

/// <summary>A convolution that can pool results before it writes them.</summary>
internal unsafe interface IPoolingConvolution : IConvolution
{
    /// <summary>Whether results of so many images of this size, which are not empty, are pooled while they are near, image after image.</summary>
    bool CanPool(PoolingGeometry pooling, int batch, int height, int width);

    /// <summary>Computes the layer and the maximum pooling behind it for one image of a size that it can pool.</summary>
    void ComputePooled(float* x, float* y, int height, int width, PoolingGeometry pooling, IParallelRunner runner);
}
