namespace DeepCompression.WeightSharing;

/// <summary>
/// Uniform (linear) quantization: evenly spaced values in place of centroids, to compare weight sharing with.
/// </summary>
public static class UniformQuantizer
{
    /// <summary>Replaces every weight by the nearest of the evenly spaced values from the smallest to the largest non-zero weight.</summary>
    /// <param name="tensor">The weight, pruned or not.</param>
    /// <param name="options">Bits a code and groups; what concerns k-means is not used.</param>
    /// <returns>The shared weight, with zeros as <see cref="WeightSharer.Share(PrunedTensor, SharingOptions)"/> has them.</returns>
    /// <exception cref="ArgumentException">A weight is NaN or infinite (the message names its index), or a float64 beyond 1e150.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the first dimension.</exception>
    public static CodedTensor Share(PrunedTensor tensor, SharingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return WeightSharer.Share(tensor, options, (weights, clusters) => (Initializers.Linear(weights, clusters), null));
    }
}
