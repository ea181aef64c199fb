namespace DeepCompression.Training.Schedules;

/// <summary>A rate that rises in a straight line over the first steps, then follows another schedule.</summary>
/// <param name="Steps">The steps of the rise, at least 0; where training has no more steps than these, the rise covers all of it.</param>
/// <param name="Then">The schedule of the steps behind, which counts from the end of the rise.</param>
public sealed record WarmUp(long Steps, ILearningRateSchedule Then) : ILearningRateSchedule
{
    /// <summary>The steps of the rise, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public long Steps { get; init; } = Steps >= 0 ? Steps : throw new ArgumentOutOfRangeException(nameof(Steps), Steps, "A number of steps is at least 0.");

    /// <inheritdoc/>
    public double GetRate(long step, long steps)
    {
        long left = Math.Max(1, steps - Steps);
        return step < Steps
            ? Then.GetRate(0, left) * (step + 1) / (Steps + 1)
            : Then.GetRate(Math.Min(step - Steps, left - 1), left);
    }
}
