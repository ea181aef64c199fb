using DeepCompression.Training;
using DeepCompression.Training.Procedures;

namespace DeepCompression.Cli.Output;

/// <summary>What <c>train</c>, <c>prune</c>, <c>finetune</c> and <c>dsd</c> print with <c>--json</c>.</summary>
internal sealed record TrainingDocument(
    string Input, string Output, long InputBytes, long OutputBytes, EvaluationDocument? TestBefore, EvaluationDocument? TestAfter, IReadOnlyList<EpochSummary> History);

/// <summary>A model measured on labelled samples; the accuracy is null where the loss does not define one.</summary>
internal sealed record EvaluationDocument(double Loss, double? Accuracy, long Count)
{
    public static EvaluationDocument From(EvaluationResult result) => new(result.Loss, (double?)result.Correct / result.Count, result.Count);
}
