namespace DeepCompression.Training;

/// <summary>What a step found before it moved the weights.</summary>
/// <param name="Loss">The mean loss of the batch.</param>
/// <param name="Correct">Outputs that agree with their labels; null where the loss does not define that.</param>
public readonly record struct StepResult(float Loss, int? Correct);
