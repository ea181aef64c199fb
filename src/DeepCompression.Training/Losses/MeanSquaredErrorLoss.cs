using DeepCompression.Training.Graphs;

namespace DeepCompression.Training;

/// <summary>(x - t)^2 for the output x and the label t.</summary>
internal sealed record MeanSquaredErrorLoss : Loss
{
    internal override TensorType LabelType(TensorType logits) => logits;

    internal override (string Samples, string Gradient) Build(GraphBuilder graph, string logits, string labels)
    {
        string difference = graph.Sub(logits, labels);
        return (graph.Mul(difference, difference), graph.Mul(difference, 2f / graph.Type(logits).Length));
    }

    internal override int? CountCorrect(ReadOnlySpan<float> logits, int classes, ReadOnlySpan<byte> labels) => null;
}
