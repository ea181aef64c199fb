namespace DeepCompression.Training.Schedules;

/// <summary>The learning rate of every step: a pure function of the step, so that training resumes with the same rates.</summary>
public interface ILearningRateSchedule
{
    /// <summary>The rate of a step.</summary>
    /// <param name="step">The step, 0 .. <paramref name="steps"/> - 1.</param>
    /// <param name="steps">The steps of the whole training, at least 1.</param>
    /// <returns>The learning rate, at least 0.</returns>
    double GetRate(long step, long steps);
}
