using System.Runtime.InteropServices;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training;

/// <summary>T^2 sum over classes of p (log p - log q), with p and q the softmax of the teacher's and of the model's logits over T.</summary>
internal sealed record DistillationLoss : Loss
{
    public DistillationLoss(float temperature)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        if (!float.IsFinite(temperature))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "A temperature is finite.");
        Temperature = temperature;
    }

    public float Temperature { get; }

    internal override string? FinalOperator => "Softmax";

    internal override TensorType LabelType(TensorType logits) => logits;

    internal override (string Samples, string Gradient) Build(GraphBuilder graph, string logits, string labels)
    {
        long[] shape = graph.Shape(logits);
        long rows = Shapes.Length(shape) / shape[^1];
        string model = graph.Op("LogSoftmax", [graph.Mul(logits, 1 / Temperature)], [("axis", -1L)]);
        string teacher = graph.Op("LogSoftmax", [graph.Mul(labels, 1 / Temperature)], [("axis", -1L)]);
        string probability = graph.Op("Exp", teacher);
        string divergence = graph.Sum(graph.Mul(probability, graph.Sub(teacher, model)), -1);
        string gradient = graph.Mul(graph.Sub(graph.Op("Exp", model), probability), Temperature / rows);
        return (graph.Mul(divergence, Temperature * Temperature), gradient);
    }

    /// <summary>Counts the rows in which the model's largest logit is the teacher's.</summary>
    internal override int? CountCorrect(ReadOnlySpan<float> logits, int classes, ReadOnlySpan<byte> labels)
    {
        ReadOnlySpan<float> teacher = MemoryMarshal.Cast<byte, float>(labels);
        int correct = 0;
        for (int start = 0; start < teacher.Length; start += classes)
            correct += Maximum(logits.Slice(start, classes)) == Maximum(teacher.Slice(start, classes)) ? 1 : 0;
        return correct;
    }

    private static int Maximum(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
        {
            if (row[i] > row[best])
                best = i;
        }

        return best;
    }
}
