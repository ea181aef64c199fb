namespace DeepCompression.Training.Procedures;

/// <summary>What an epoch brought.</summary>
/// <param name="Stage">The stage of the procedure.</param>
/// <param name="Epoch">The epoch of the stage, from 1.</param>
/// <param name="Loss">The mean loss of the training batches.</param>
/// <param name="Accuracy">Correct outputs by all outputs of the training batches, 0 to 1; null where the loss does not define it.</param>
/// <param name="Sparsity">Zeros by all elements of the weights at the end, 0 to 1.</param>
/// <param name="ValidationLoss">The mean loss of the validation samples; null without any.</param>
/// <param name="ValidationAccuracy">The accuracy on the validation samples, 0 to 1; null without any.</param>
public sealed record EpochSummary(string Stage, int Epoch, double Loss, double? Accuracy, double Sparsity, double? ValidationLoss, double? ValidationAccuracy);
