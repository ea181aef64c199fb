using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;
using DeepCompression.Training.Schedules;

namespace DeepCompression.Training.Procedures;

/// <summary>What every training procedure is told.</summary>
public sealed record RunOptions
{
    /// <summary>What training makes small. Softmax cross-entropy by default.</summary>
    public Loss Loss { get; init; } = Loss.SoftmaxCrossEntropy;

    /// <summary>Samples a step, at least 1. Default 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int BatchSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 64;

    /// <summary>The learning rate of every step; each stage of a procedure runs through it from its start. Default: half a cosine from 0.001 to 0.</summary>
    public ILearningRateSchedule LearningRate { get; init; } = new CosineRate(1e-3);

    /// <summary>How weights follow their gradients. Default Adam.</summary>
    public Optimizer Optimizer { get; init; } = new Adam();

    /// <summary>What the sign of a weight adds to its gradient; not applied to biases. Default 0.</summary>
    public float L1 { get; init; }

    /// <summary>What a weight, times this, adds to its gradient; not applied to biases. Default 0.</summary>
    public float L2 { get; init; }

    /// <summary>The largest Euclidean norm of all gradients together; null, the default, for no limit.</summary>
    public float? MaxGradientNorm { get; init; }

    /// <summary>Random changes of training batches; null, the default, for none.</summary>
    public IAugmentation? Augmentation { get; init; }

    /// <summary>Decides the order of samples and everything else that is random. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads of the runtime; 0, the default, for one a processor core. Another number can change results in the last bits.</summary>
    public int Threads { get; init; }

    /// <summary>The field of the data that holds the labels. Default <c>label</c>.</summary>
    public string LabelField { get; init; } = BatchField.DefaultLabel;

    /// <summary>
    /// A model whose logits label every batch, whatever labels the data has, and so samples that have none; wants
    /// <see cref="Loss.Distillation"/>. It sees the batch as augmentation left it. Validation then counts agreement with the teacher.
    /// Null, the default, for the labels of the data.
    /// </summary>
    public ModelProto? Teacher { get; init; }

    /// <summary>
    /// Whether BatchNormalization normalizes by the batch and updates its running statistics. Default true. False leaves the statistics as
    /// they are: right where a trained model sees few samples, or others than it was trained with.
    /// </summary>
    public bool NormalizeByBatch { get; init; } = true;

    /// <summary>
    /// The whole shapes of inputs whose shapes are not fixed in the model, batch included, by the input's name. None by default: sizes that the
    /// model leaves open are those of the samples.
    /// </summary>
    public IReadOnlyDictionary<string, long[]> InputShapes { get; init; } = new Dictionary<string, long[]>();

    /// <summary>
    /// Says by name what a weight is at the start: free; masked, and its zeros stay zero; or shared, and its distinct values, at most 256,
    /// are the centroids that move. All free by default. A compressed model is trained further with it; procedures that prune or share choose
    /// forms of their own.
    /// </summary>
    public Func<string, WeightForm> Form { get; init; } = static _ => WeightForm.Free;

    /// <summary>Samples that are evaluated after every epoch and never trained with; null, the default, for none.</summary>
    public IBatchSource? Validation { get; init; }

    /// <summary>Where checkpoints are kept; null, the default, for none.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Steps from one checkpoint to the next within an epoch; 0, the default, for one at the end of each epoch alone.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int CheckpointInterval
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>Whether to go on from the checkpoint where there is one. It gives the same numbers as a run that was never stopped. Default true.</summary>
    public bool Resume { get; init; } = true;

    /// <summary>Is told how training goes, a few times a second; null, the default, for nobody.</summary>
    public Action<TrainingProgress>? Progress { get; init; }

    /// <summary>Stops training at the next step, with a checkpoint where there is a path for it.</summary>
    public CancellationToken Cancellation { get; init; }

    internal TrainingOptions ForModel() => new() { Loss = Loss, BatchSize = BatchSize, NormalizeByBatch = NormalizeByBatch, InputShapes = InputShapes, Form = Form };
}
