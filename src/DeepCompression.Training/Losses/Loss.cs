using DeepCompression.Training.Graphs;

namespace DeepCompression.Training;

/// <summary>What training makes small: a function of a model's output and of labels, written as ONNX nodes.</summary>
/// <remarks>An output of shape (batch, classes, 1, 1), as after a global pooling, is read as (batch, classes).</remarks>
public abstract record Loss
{
    /// <summary>
    /// Cross-entropy of the softmax of the output's last axis with integer labels. Labels: int64, shape of the output without its
    /// last axis. A final Softmax of the model is understood as part of the loss.
    /// </summary>
    public static Loss SoftmaxCrossEntropy { get; } = new SoftmaxCrossEntropyLoss();

    /// <summary>
    /// Cross-entropy of the sigmoid of each output with a label in 0..1. Labels: float32, shape of the output. A final Sigmoid of
    /// the model is understood as part of the loss.
    /// </summary>
    public static Loss BinaryCrossEntropy { get; } = new BinaryCrossEntropyLoss();

    /// <summary>The mean of squared differences. Labels: float32, shape of the output.</summary>
    public static Loss MeanSquaredError { get; } = new MeanSquaredErrorLoss();

    /// <summary>
    /// Kullback-Leibler divergence of the output's softmax from a teacher's, both at a temperature, times its square (Hinton et al.
    /// 2015, section 2). Labels: the teacher's logits, or logarithms of its probabilities, float32, shape of the output.
    /// </summary>
    /// <param name="temperature">What logits are divided by, more than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="temperature"/> is not a positive number.</exception>
    public static Loss Distillation(float temperature = 2) => new DistillationLoss(temperature);

    /// <summary>An operator at the end of a model that belongs to the loss and not to the logits; null for none.</summary>
    internal virtual string? FinalOperator => null;

    /// <summary>The type of the labels for logits of the given type.</summary>
    internal abstract TensorType LabelType(TensorType logits);

    /// <summary>Adds the loss to a graph.</summary>
    /// <returns>The loss of each sample (any shape, the batch first), and the gradient of their mean by the logits.</returns>
    internal abstract (string Samples, string Gradient) Build(GraphBuilder graph, string logits, string labels);

    /// <summary>Counts the outputs that agree with their labels; null where that means nothing.</summary>
    internal abstract int? CountCorrect(ReadOnlySpan<float> logits, int classes, ReadOnlySpan<byte> labels);
}
