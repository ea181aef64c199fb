using DeepCompression.Training;
using DeepCompression.Training.Procedures;

namespace MLNet.DeepCompression;

/// <summary>How a model is trained on the pipeline's own data while it is compressed: pruned step by step, then with trained centroids (Han et al. 2016, sections 2 and 3.3).</summary>
public sealed record FineTuningOptions
{
    /// <summary>
    /// The column of the labels. A key or a whole number is a class (keys count from 1, numbers from 0), a number for a model
    /// with one output value is the target itself, and a vector holds the targets of all output values. Default: <c>Label</c>.
    /// </summary>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>
    /// For classes, the column that is made of the class with the highest score: a key whose values are those of the label
    /// column. Null for none. Default: <c>PredictedLabel</c>.
    /// </summary>
    public string? PredictedLabelColumnName { get; init; } = "PredictedLabel";

    /// <summary>Passes over the data for each stage, pruning and sharing. Default: 5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public int Epochs
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 5;

    /// <summary>Rows a step. Default: 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public int BatchSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 64;

    /// <summary>The learning rate that training begins with; it falls to 0 along half a cosine. Default: 0.001, for Adam.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not above 0.</exception>
    public double LearningRate
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 1e-3;

    /// <summary>What training makes small. Null: softmax cross-entropy for classes, the mean squared error for targets.</summary>
    public Loss? Loss { get; init; }

    /// <summary>
    /// Changes how all stages are trained beyond the options above: optimizer, penalties, augmentation, validation, checkpoints.
    /// For example <c>o => o with { L2 = 2e-5f }</c>. Null, the default: nothing.
    /// </summary>
    public Func<RunOptions, RunOptions>? Run { get; init; }

    /// <summary>Changes how weights are pruned: schedule, sparsity of single weights. Null, the default: nothing.</summary>
    public Func<PruneOptions, PruneOptions>? Prune { get; init; }

    /// <summary>Changes how weights are shared and centroids trained: epochs, bits of single weights. Null, the default: nothing.</summary>
    public Func<ShareOptions, ShareOptions>? Share { get; init; }
}
