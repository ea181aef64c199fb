namespace DeepCompression.Onnx;

/// <summary>Which elements of a weight are pruned.</summary>
public enum PruningMethod
{
    /// <summary>A share of each weight by itself: <see cref="PruningOptions.Sparsity"/>.</summary>
    Sparsity,

    /// <summary>A share of all weights with this method together: <see cref="PruningOptions.Sparsity"/>. A weight may lose more or less than that.</summary>
    GlobalSparsity,

    /// <summary>A share of every row, the first dimension: <see cref="PruningOptions.Sparsity"/>.</summary>
    Rows,

    /// <summary>All but the <see cref="PruningOptions.Keep"/> most salient of every <see cref="PruningOptions.Of"/> neighbours.</summary>
    Pattern,

    /// <summary>A share of the blocks of <see cref="PruningOptions.BlockRows"/> x <see cref="PruningOptions.BlockColumns"/>: <see cref="PruningOptions.Sparsity"/>.</summary>
    Blocks,

    /// <summary>Magnitudes below <see cref="PruningOptions.Quality"/> standard deviations (Han et al. 2015).</summary>
    Deviation,

    /// <summary>Magnitudes below <see cref="PruningOptions.Threshold"/>.</summary>
    Threshold,
}
