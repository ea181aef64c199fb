using DeepCompression.Onnx;
using DeepCompression.Training.Data;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;

namespace MLNet.DeepCompression.Fitting;

/// <summary>Runs the training procedures that belong to the stages asked for.</summary>
internal static class FineTuner
{
    /// <summary>Prunes and shares a model with retraining.</summary>
    /// <returns>The dense model with its new weights: pruned ones zero, shared ones equal.</returns>
    public static OnnxModel Train(OnnxModel model, IBatchSource data, LabelColumn label, CompressOnnxOptions options, FineTuningOptions tuning)
    {
        RunOptions run = new()
        {
            Loss = label.Loss,
            BatchSize = Math.Min(tuning.BatchSize, data.Count),
            LearningRate = new CosineRate(tuning.LearningRate),
            Seed = options.Seed,
            Progress = options.Progress,
        };
        run = Change(run, tuning.Run) with { LabelField = TrainingRows.LabelField };
        PruneOptions? prune = options.Pruning is { } pruning ? Change(new() { Sparsity = Sparsity(pruning), Epochs = tuning.Epochs }, tuning.Prune) : null;
        ShareOptions? share = options.WeightSharing is { } sharing
            ? Change(new() { Bits = sharing.Bits, Initialization = sharing.Initialization, EntropyPenalty = sharing.EntropyPenalty, Epochs = tuning.Epochs }, tuning.Share)
            : null;
        TrainingOutcome outcome = (prune, share) switch
        {
            (not null, not null) => DeepCompressionTraining.Run(model.Proto, data, prune, share, run),
            (not null, null) => PrunedTraining.Run(model.Proto, data, prune, run),
            (null, not null) => SharedTraining.Run(model.Proto, data, share, run),
            _ => DenseTraining.Train(model.Proto, data, tuning.Epochs, run),
        };
        return new OnnxModel(outcome.Model, model.Path);
    }

    private static T Change<T>(T options, Func<T, T>? change) => change is null ? options : change(options);

    private static double Sparsity(PruningOptions pruning) => pruning.Method is PruningMethod.Sparsity or PruningMethod.GlobalSparsity
        ? pruning.Sparsity
        : throw new NotSupportedException($"Fine-tuning prunes to a sparsity; the method {pruning.Method} is for compression without it.");
}
