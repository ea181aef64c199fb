using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>Which dimension of a weight belongs to the outputs and which to the inputs of its operator.</summary>
internal static class WeightLayout
{
    /// <summary>Elements of one input channel that lie side by side (the argument <c>inner</c> of Wanda's saliency).</summary>
    public static int InnerOf(Weight weight)
    {
        ReadOnlySpan<long> dimensions = weight.Shape.Dimensions;
        long inner = 1;
        for (int i = InputAxisOf(weight) + 1; i < dimensions.Length; i++)
            inner *= dimensions[i];
        return (int)inner;
    }

    /// <summary>The dimension of the output channels: 0 for Conv and a transposed Gemm, 1 for ConvTranspose, the last for MatMul.</summary>
    public static int OutputAxisOf(Weight weight)
    {
        int rank = weight.Shape.Rank;
        WeightConsumer? consumer = weight.Consumers.FirstOrDefault();
        return consumer?.OperatorType switch
        {
            "MatMul" => Math.Max(0, rank - 1),
            "Gemm" => IsSet(consumer.Node, "transB") ? 0 : Math.Max(0, rank - 1),
            "ConvTranspose" or "LSTM" or "GRU" or "RNN" => Math.Min(1, Math.Max(0, rank - 1)),
            _ => 0,
        };
    }

    /// <summary>The dimension that a product sums over, or the input channels of a convolution.</summary>
    public static int InputAxisOf(Weight weight)
    {
        int rank = weight.Shape.Rank, output = OutputAxisOf(weight);
        return weight.Consumers.FirstOrDefault()?.OperatorType switch
        {
            "MatMul" => Math.Max(0, rank - 2),
            "LSTM" or "GRU" or "RNN" => Math.Max(0, rank - 1),
            _ => output == 0 ? Math.Min(1, rank - 1) : 0,
        };
    }

    /// <summary>A shape seen as (outer, axis, inner).</summary>
    public static (int Outer, int Axis, int Inner) Split(TensorShape shape, int axis)
    {
        ReadOnlySpan<long> dimensions = shape.Dimensions;
        int outer = 1, inner = 1;
        for (int i = 0; i < dimensions.Length; i++)
        {
            if (i < axis)
                outer *= (int)dimensions[i];
            else if (i > axis)
                inner *= (int)dimensions[i];
        }

        return (outer, (int)dimensions[axis], inner);
    }

    /// <summary>Whether an integer attribute is there and not 0.</summary>
    public static bool IsSet(NodeProto node, string attribute) => node.Attribute.Any(other => other.Name == attribute && other.I != 0);
}
