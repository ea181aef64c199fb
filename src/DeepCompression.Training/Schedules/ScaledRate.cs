namespace DeepCompression.Training.Schedules;

/// <summary>Another schedule, times a factor.</summary>
/// <param name="Factor">What each rate is multiplied with, at least 0.</param>
/// <param name="Of">The other schedule.</param>
public sealed record ScaledRate(double Factor, ILearningRateSchedule Of) : ILearningRateSchedule
{
    /// <summary>What each rate is multiplied with, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Factor { get; init; } = RateRange.Check(Factor, nameof(Factor));

    /// <inheritdoc/>
    public double GetRate(long step, long steps) => Factor * Of.GetRate(step, steps);
}
