namespace DeepCompression.WeightSharing;

/// <summary>How <see cref="KMeans"/> clusters.</summary>
public sealed record KMeansOptions
{
    /// <summary>The most centroids, at least 1. Default 16.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Clusters
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 16;

    /// <summary>Where the iterations start. Default: the exact optimum, which needs none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a defined initialization.</exception>
    public CentroidInitialization Initialization
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Not an initialization.");
    } = CentroidInitialization.Optimal;

    /// <summary>The most iterations; fewer are made when no weight changes its centroid. 0 keeps the initialization. Default 300.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int MaxIterations
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 300;

    /// <summary>The seed of the random initializations. Default 1.</summary>
    public int Seed { get; init; } = 1;
}
