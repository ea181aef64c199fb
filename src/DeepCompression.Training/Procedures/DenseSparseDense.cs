using DeepCompression.Onnx.Schema;
using DeepCompression.Pruning;
using DeepCompression.Training.Data;
using DeepCompression.Training.Schedules;

namespace DeepCompression.Training.Procedures;

/// <summary>
/// DSD training (Han et al. 2017, algorithm 1): train dense; prune the smallest weights of every layer and train the sparse network; let
/// the pruned weights start again from zero and train the dense network at a lower learning rate.
/// </summary>
public static class DenseSparseDense
{
    /// <summary>Trains a model dense, sparse and dense again.</summary>
    /// <param name="model">The model; its weights are where training starts.</param>
    /// <param name="data">The samples to train with.</param>
    /// <param name="schedule">How long each part is, and how sparse the middle.</param>
    /// <param name="options">How to train; the defaults where null. Each part runs through the learning rates from their start.</param>
    /// <returns>The trained model, dense.</returns>
    /// <exception cref="ArgumentException">The data does not fit the model.</exception>
    /// <exception cref="DivergedException">The loss or a weight is no finite number any more.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or that of another run.</exception>
    /// <exception cref="NotSupportedException">A node of the model has no gradient rule.</exception>
    /// <exception cref="OperationCanceledException">The options' token asks to stop.</exception>
    public static TrainingOutcome Run(ModelProto model, IBatchSource data, DenseSparseDenseOptions schedule, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        options ??= new RunOptions();
        using TrainingRun run = new(model, data, options, $"dsd {schedule}");
        run.Stage("dense", schedule.DenseEpochs, options.LearningRate);
        run.Stage("sparse", schedule.SparseEpochs, new ScaledRate(schedule.SparseRateScale, options.LearningRate), () => Prune(run, schedule.Sparsity));
        run.Stage("dense again", schedule.FinalEpochs, new ScaledRate(schedule.FinalRateScale, options.LearningRate), () =>
        {
            foreach (TrainedWeight weight in run.Prunable)
                weight.SetFree();
        });
        return new TrainingOutcome(run.Session.ExportModel(), run.History);
    }

    private static void Prune(TrainingRun run, double sparsity)
    {
        foreach (TrainedWeight weight in run.Prunable)
        {
            float[] saliency = new float[weight.Values.Length];
            Saliency.Magnitude(weight.Values, saliency);
            SparsityMask mask = MaskSelector.BySparsity(saliency, sparsity);
            bool[] kept = new bool[mask.Length];
            for (int i = 0; i < kept.Length; i++)
                kept[i] = mask[i];
            weight.SetMask(kept);
        }
    }
}
