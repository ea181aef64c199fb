namespace DeepCompression.WeightSharing;

/// <summary>How a weight's elements come to share centroids.</summary>
public sealed record SharingOptions : KMeansOptions
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
}
