using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;

namespace DeepCompression.Training.Procedures;

/// <summary>Trained quantization: weights share centroids, and the centroids are trained (Han et al. 2016, section 3).</summary>
public static class SharedTraining
{
    /// <summary>Shares a model's weights and trains the centroids.</summary>
    /// <param name="model">A trained model, pruned or not; zeros of its matrices and kernels stay zero.</param>
    /// <param name="data">The samples to train with.</param>
    /// <param name="share">How to share.</param>
    /// <param name="options">How to train; the defaults where null.</param>
    /// <returns>The model; each shared weight has at most 2^bits distinct values, which packing stores as a codebook.</returns>
    /// <exception cref="ArgumentException">The data does not fit the model, or there is no weight of a name.</exception>
    /// <exception cref="DivergedException">The loss or a weight is no finite number any more.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or that of another run.</exception>
    /// <exception cref="NotSupportedException">A node of the model has no gradient rule.</exception>
    /// <exception cref="OperationCanceledException">The options' token asks to stop.</exception>
    public static TrainingOutcome Run(ModelProto model, IBatchSource data, ShareOptions share, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(share);
        options ??= new RunOptions();
        using TrainingRun run = new(model, data, options, RunNames.Of(share));
        new ShareStage(run, share).Run(options.LearningRate);
        return new TrainingOutcome(run.Session.ExportModel(), run.History);
    }
}
