namespace DeepCompression.Training.Schedules;

/// <summary>The same learning rate throughout.</summary>
/// <param name="Rate">The learning rate, at least 0.</param>
public sealed record ConstantRate(double Rate) : ILearningRateSchedule
{
    /// <summary>The learning rate, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Rate { get; init; } = RateRange.Check(Rate, nameof(Rate));

    /// <inheritdoc/>
    public double GetRate(long step, long steps) => Rate;
}
