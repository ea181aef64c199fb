namespace DeepCompression.Training.Schedules;

/// <summary>A rate that is multiplied with a factor at equal distances.</summary>
/// <param name="Rate">The rate of the first step, at least 0.</param>
/// <param name="Factor">What it is multiplied with each time, at least 0, for example 0.1.</param>
/// <param name="Pieces">The number of pieces of equal rate into which training falls, at least 1.</param>
public sealed record StepRate(double Rate, double Factor, int Pieces) : ILearningRateSchedule
{
    /// <summary>The rate of the first step, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Rate { get; init; } = RateRange.Check(Rate, nameof(Rate));

    /// <summary>What the rate is multiplied with after each piece, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Factor { get; init; } = RateRange.Check(Factor, nameof(Factor));

    /// <summary>The number of pieces of equal rate, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int Pieces { get; init; } = Pieces >= 1 ? Pieces : throw new ArgumentOutOfRangeException(nameof(Pieces), Pieces, "There is at least one piece.");

    /// <inheritdoc/>
    public double GetRate(long step, long steps) => Rate * Math.Pow(Factor, Math.Min(Pieces - 1, step * Pieces / steps));
}
