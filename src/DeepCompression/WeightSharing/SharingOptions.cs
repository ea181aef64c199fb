namespace DeepCompression.WeightSharing;

/// <summary>How a weight's elements come to share centroids.</summary>
public sealed record SharingOptions
{
    /// <summary>Bits a code, 1 to 8: at most 2 to this power values a group, one of them zero where the weight has zeros. Default 5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 1 to 8.</exception>
    public int Bits
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 8);
            field = value;
        }
    } = 5;

    /// <summary>Runs of whole channels with centroids of their own; divides the first dimension. Default 1: one codebook for the weight.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int Groups
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1;

    /// <summary>Where k-means starts. Default: the exact optimum.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a defined initialization.</exception>
    public CentroidInitialization Initialization
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Not an initialization.");
    } = CentroidInitialization.Optimal;

    /// <summary>The most iterations of k-means. Default 300.</summary>
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
