using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;

namespace DeepCompression.Training.Procedures;

/// <summary>
/// The whole of Han et al. 2016 (figure 1) as far as it trains: prune, retrain, share, train centroids. What comes out is packed without
/// loss by the model compressor.
/// </summary>
public static class DeepCompressionTraining
{
    /// <summary>Prunes, retrains and shares a model in one run.</summary>
    /// <param name="model">A trained model.</param>
    /// <param name="data">The samples to train with.</param>
    /// <param name="prune">How to prune.</param>
    /// <param name="share">How to share.</param>
    /// <param name="options">How to train; the defaults where null. Each stage runs through the learning rates from their start.</param>
    /// <returns>The model; pruned elements are zero, and each shared weight has at most 2^bits distinct values.</returns>
    /// <exception cref="ArgumentException">The data does not fit the model, or there is no weight of a name.</exception>
    /// <exception cref="DivergedException">The loss or a weight is no finite number any more.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or that of another run.</exception>
    /// <exception cref="NotSupportedException">A node of the model has no gradient rule.</exception>
    /// <exception cref="OperationCanceledException">The options' token asks to stop.</exception>
    public static TrainingOutcome Run(ModelProto model, IBatchSource data, PruneOptions prune, ShareOptions share, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(prune);
        ArgumentNullException.ThrowIfNull(share);
        options ??= new RunOptions();
        using TrainingRun run = new(model, data, options, $"{RunNames.Of(prune)}; {RunNames.Of(share)}");
        PruneStage pruning = new(run, prune);
        ShareStage sharing = new(run, share);
        pruning.Run("prune", options.LearningRate);
        sharing.Run(options.LearningRate);
        return new TrainingOutcome(run.Session.ExportModel(), run.History);
    }
}
