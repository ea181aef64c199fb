namespace DeepCompression.Training.Procedures;

/// <summary>How long each part of dense-sparse-dense training is, and how sparse the middle.</summary>
public sealed record DenseSparseDenseOptions
{
    /// <summary>Passes over the data before pruning, at least 0; 0 for a model that is trained already. Default 10.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int DenseEpochs { get; init => field = NotNegative(value); } = 10;

    /// <summary>Passes over the data with pruned weights, at least 0. Default 5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int SparseEpochs { get; init => field = NotNegative(value); } = 5;

    /// <summary>Passes over the data with all weights again, at least 0. Default 5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int FinalEpochs { get; init => field = NotNegative(value); } = 5;

    /// <summary>The sparsity of every matrix and kernel in the middle, 0 to 1. Default 0.3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 1.</exception>
    public double Sparsity
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A sparsity is from 0 to 1.");
    } = 0.3;

    /// <summary>What the learning rate is multiplied with in the last part. Default 0.1, as in the paper.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double FinalRateScale { get; init => field = Schedules.RateRange.Check(value, nameof(FinalRateScale)); } = 0.1;

    /// <summary>What the learning rate is multiplied with in the sparse part. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double SparseRateScale { get; init => field = Schedules.RateRange.Check(value, nameof(SparseRateScale)); } = 1;

    private static int NotNegative(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value;
    }
}
