namespace DeepCompression.Training.Schedules;

/// <summary>Half a cosine from one rate at the first step to another at the end (Loshchilov and Hutter 2017, without restarts).</summary>
/// <param name="Rate">The rate of the first step, at least 0.</param>
/// <param name="Final">The rate that the end approaches, at least 0.</param>
public sealed record CosineRate(double Rate, double Final = 0) : ILearningRateSchedule
{
    /// <summary>The rate of the first step, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Rate { get; init; } = RateRange.Check(Rate, nameof(Rate));

    /// <summary>The rate that the end approaches, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double Final { get; init; } = RateRange.Check(Final, nameof(Final));

    /// <inheritdoc/>
    public double GetRate(long step, long steps) => Final + ((Rate - Final) * 0.5 * (1 + Math.Cos(Math.PI * step / steps)));
}
