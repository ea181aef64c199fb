using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;

namespace DeepCompression.Training.Procedures;

/// <summary>Trains all weights of a model, none pruned or shared.</summary>
public static class DenseTraining
{
    /// <summary>Trains a model.</summary>
    /// <param name="model">The model; its weights are where training starts.</param>
    /// <param name="data">The samples to train with: a field for each input of the model, and one of the labels.</param>
    /// <param name="epochs">Passes over the data, at least 1.</param>
    /// <param name="options">How to train; the defaults where null.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="ArgumentException">The data does not fit the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epochs"/> is less than 1, or the data is less than a batch.</exception>
    /// <exception cref="DivergedException">The loss or a weight is no finite number any more.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or that of another run.</exception>
    /// <exception cref="NotSupportedException">A node of the model has no gradient rule.</exception>
    /// <exception cref="OperationCanceledException">The options' token asks to stop.</exception>
    public static TrainingOutcome Train(ModelProto model, IBatchSource data, int epochs, RunOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        options ??= new RunOptions();
        using TrainingRun run = new(model, data, options, $"dense, {epochs} epochs");
        run.Stage("train", epochs, options.LearningRate);
        return new TrainingOutcome(run.Session.ExportModel(), run.History);
    }
}
