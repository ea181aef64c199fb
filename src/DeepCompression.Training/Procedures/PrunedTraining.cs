using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;

namespace DeepCompression.Training.Procedures;

/// <summary>Prunes a trained model step by step and retrains what is left (Han et al. 2015, section 3; Han et al. 2016, section 2).</summary>
/// <remarks>
/// By default pruned elements can return while masks are still being chosen, and sparsity is shared out between layers by
/// layer-adaptive magnitudes; both find sparser networks than the paper's way, which <see cref="PruneOptions"/> can be set to.
/// </remarks>
public static class PrunedTraining
{
    /// <summary>Prunes and retrains a model.</summary>
    /// <param name="model">A trained model.</param>
    /// <param name="data">The samples to train with.</param>
    /// <param name="prune">How to prune.</param>
    /// <param name="options">How to train; the defaults where null.</param>
    /// <returns>The model, whose pruned elements are exactly zero.</returns>
    /// <exception cref="ArgumentException">The data does not fit the model, or there is no weight of a name.</exception>
    /// <exception cref="DivergedException">The loss or a weight is no finite number any more.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or that of another run.</exception>
    /// <exception cref="NotSupportedException">A node of the model has no gradient rule.</exception>
    /// <exception cref="OperationCanceledException">The options' token asks to stop.</exception>
    public static TrainingOutcome Run(ModelProto model, IBatchSource data, PruneOptions prune, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(prune);
        options ??= new RunOptions();
        using TrainingRun run = new(model, data, options, RunNames.Of(prune));
        new PruneStage(run, prune).Run("prune", options.LearningRate);
        return new TrainingOutcome(run.Session.ExportModel(), run.History);
    }
}
