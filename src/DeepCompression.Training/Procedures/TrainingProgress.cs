namespace DeepCompression.Training.Procedures;

/// <summary>How training goes at some step.</summary>
/// <param name="Stage">The stage of the procedure, for example <c>prune</c>.</param>
/// <param name="Step">Steps of the stage that are done.</param>
/// <param name="Steps">All steps of the stage.</param>
/// <param name="Epoch">The epoch of the stage, from 1.</param>
/// <param name="Epochs">All epochs of the stage.</param>
/// <param name="Loss">The mean loss of the epoch so far.</param>
/// <param name="Accuracy">Correct outputs by all outputs of the epoch so far, 0 to 1; null where the loss does not define it.</param>
/// <param name="LearningRate">The rate of the last step.</param>
/// <param name="Sparsity">Zeros by all elements of the weights, 0 to 1.</param>
/// <param name="SamplesPerSecond">The speed since the stage began or was resumed.</param>
/// <param name="TimeLeft">The time that the rest of the stage takes at this speed.</param>
/// <param name="Validation">The accuracy on the validation samples at the end of the epoch, 0 to 1; null within an epoch or without such samples.</param>
public sealed record TrainingProgress(string Stage, long Step, long Steps, int Epoch, int Epochs, double Loss, double? Accuracy, double LearningRate, double Sparsity, double SamplesPerSecond, TimeSpan TimeLeft, double? Validation);
