using System.Runtime.InteropServices;
using DeepCompression.Training.Graphs;

namespace DeepCompression.Training;

/// <summary>-log softmax(logits)[label].</summary>
internal sealed record SoftmaxCrossEntropyLoss : Loss
{
    internal override string? FinalOperator => "Softmax";

    internal override TensorType LabelType(TensorType logits) => new(TensorProtos.Int64, logits.Shape[..^1]);

    internal override (string Samples, string Gradient) Build(GraphBuilder graph, string logits, string labels)
    {
        long[] shape = graph.Shape(logits);
        long classes = shape[^1];
        long rows = Shapes.Length(shape) / classes;
        string flat = shape.Length == 2 ? logits : graph.Reshape(logits, rows, classes);
        string logarithms = graph.Op("LogSoftmax", [flat], [("axis", -1L)]);
        string picked = graph.Op("GatherElements", [logarithms, graph.Reshape(labels, rows, 1)], [("axis", 1L)]);
        string hot = graph.Op("OneHot", [graph.Reshape(labels, rows), graph.Constant([classes]), graph.Constant([2], [0f, 1f])], [("axis", -1L)]);
        string gradient = graph.Mul(graph.Sub(graph.Op("Exp", logarithms), hot), 1f / rows);
        return (graph.Neg(picked), shape.Length == 2 ? gradient : graph.Reshape(gradient, shape));
    }

    internal override int? CountCorrect(ReadOnlySpan<float> logits, int classes, ReadOnlySpan<byte> labels)
    {
        ReadOnlySpan<long> wanted = MemoryMarshal.Cast<byte, long>(labels);
        int correct = 0;
        for (int row = 0; row < wanted.Length; row++)
            correct += Maximum(logits.Slice(row * classes, classes)) == wanted[row] ? 1 : 0;
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
