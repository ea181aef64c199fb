namespace DeepCompression.WeightSharing;

/// <summary>How <see cref="KMeans"/> clusters.</summary>
public record KMeansOptions
{
    /// <summary>Where the iterations start. Default: the exact optimum, which needs none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a defined initialization.</exception>
    public CentroidInitialization Initialization
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Not an initialization.");
    } = CentroidInitialization.Optimal;

    /// <summary>
    /// What a bit of code is worth: the squared error for it, in units of the variance of the weights. With more than 0, k-means is followed
    /// by entropy-constrained iterations (Chou, Lookabaugh, Gray 1989, "Entropy-constrained vector quantization"). A weight then takes the
    /// centroid of the least squared error + penalty x length of its code, so that codes differ more in frequency and an entropy coder makes
    /// them smaller. Where there are centroids enough, the mean squared error comes to half to seven tenths of the penalty (0.001: about
    /// 32 dB), at a quarter of a bit a weight less than k-means with fewer centroids needs for it. Default 0: every weight takes the nearest centroid.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, infinite or NaN.</exception>
    public double EntropyPenalty
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Not a finite number of at least 0.");
    }

    /// <summary>
    /// The most iterations of k-means, and as many more of those with an <see cref="EntropyPenalty"/>; fewer are made when no weight
    /// changes its centroid. 0 keeps the initialization. Default 300.
    /// </summary>
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
