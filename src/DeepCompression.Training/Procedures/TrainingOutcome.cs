using DeepCompression.Onnx.Schema;

namespace DeepCompression.Training.Procedures;

/// <summary>What a procedure brought.</summary>
/// <param name="Model">The model with its new weights; everything else is as it was.</param>
/// <param name="History">What each epoch brought, in order.</param>
public sealed record TrainingOutcome(ModelProto Model, IReadOnlyList<EpochSummary> History);
