namespace DeepCompression.Training;

/// <summary>What an evaluation of one batch found.</summary>
/// <param name="LossSum">The sum of the losses of all outputs that have a loss of their own.</param>
/// <param name="Count">The number of these outputs: one a sample, or more, as one a character.</param>
/// <param name="Correct">Outputs that agree with their labels; null where the loss does not define that.</param>
public readonly record struct EvaluationResult(double LossSum, long Count, int? Correct)
{
    /// <summary>The mean loss.</summary>
    public double Loss => LossSum / Count;

    /// <summary>The two results together.</summary>
    public static EvaluationResult operator +(EvaluationResult left, EvaluationResult right) =>
        new(left.LossSum + right.LossSum, left.Count + right.Count, left.Correct + right.Correct);
}
