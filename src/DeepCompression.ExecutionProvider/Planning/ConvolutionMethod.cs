namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>How a convolution is computed from compressed weights.</summary>
internal enum ConvolutionMethod
{
    /// <summary>By the weights that are not zero.</summary>
    Sparse,

    /// <summary>By all weights of a 1x1 kernel.</summary>
    Pointwise,

    /// <summary>By minimal filtering with all weights.</summary>
    Winograd,
}
