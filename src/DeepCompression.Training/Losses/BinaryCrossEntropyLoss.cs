using System.Runtime.InteropServices;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training;

/// <summary>log(1 + exp(x)) - x t for the logit x and the label t.</summary>
internal sealed record BinaryCrossEntropyLoss : Loss
{
    internal override string? FinalOperator => "Sigmoid";

    internal override TensorType LabelType(TensorType logits) => logits;

    internal override (string Samples, string Gradient) Build(GraphBuilder graph, string logits, string labels)
    {
        string samples = graph.Sub(graph.Op("Softplus", logits), graph.Mul(logits, labels));
        string gradient = graph.Mul(graph.Sub(graph.Op("Sigmoid", logits), labels), 1f / graph.Type(logits).Length);
        return (samples, gradient);
    }

    internal override int? CountCorrect(ReadOnlySpan<float> logits, int classes, ReadOnlySpan<byte> labels)
    {
        ReadOnlySpan<float> wanted = MemoryMarshal.Cast<byte, float>(labels);
        int correct = 0;
        for (int i = 0; i < wanted.Length; i++)
            correct += (logits[i] > 0) == (wanted[i] > 0.5f) ? 1 : 0;
        return correct;
    }
}
