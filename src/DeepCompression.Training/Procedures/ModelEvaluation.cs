using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;

namespace DeepCompression.Training.Procedures;

/// <summary>Measures a model on labelled samples.</summary>
public static class ModelEvaluation
{
    /// <summary>The loss and the correct outputs of a model over all samples of a source.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The samples.</param>
    /// <param name="options">The loss, the batch size, the threads and the field of the labels; the defaults where null.</param>
    /// <returns>The sum of the losses, the number of outputs, and how many of them are correct.</returns>
    /// <exception cref="ArgumentException">The data does not fit the model, or has no sample.</exception>
    /// <exception cref="NotSupportedException">A node of the model has no gradient rule.</exception>
    public static EvaluationResult Run(ModelProto model, IBatchSource data, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new RunOptions();
        if (data.Count == 0)
            throw new ArgumentException("There is no sample to evaluate.", nameof(data));
        using TrainingSession session = new(TrainingModel.Build(model, DataShapes.Complete(options.ForModel(), model, data, options.LabelField)), new SessionSettings { Threads = options.Threads });
        return Evaluator.Run(session, data, options.LabelField);
    }
}
