using DeepCompression.LowRank;
using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>Two thin matrices, a MatMul, and a Reshape where the weight is no matrix (Han et al. 2016, figure 6: "SVD").</summary>
internal static class LowRankForm
{
    /// <summary>Replaces a weight.</summary>
    /// <returns>The reason why not, or null.</returns>
    public static string? Replace(Weight weight, CompressedTensor tensor, double share)
    {
        if (tensor.ElementType is not (ElementType.Float32 or ElementType.Float64))
            return $"low rank needs float32 or float64, not {tensor.ElementType}";
        if (tensor.Shape.Rank < 2 || tensor.Shape.Length == 0)
            return "it is no matrix";
        int rows = (int)tensor.Shape.Dimensions[0], columns = tensor.Shape.Length / rows;
        int rank = TruncatedSvd.RankOfShare(rows, columns, share);
        if (rank == 0)
            return $"no rank has at most {share * 100:0.##} % of its bytes";
        byte[] dense = new byte[tensor.DenseBytes];
        tensor.CopyDenseTo(dense);
        LowRankFactors factors = TruncatedSvd.Factor(new PrunedTensor(tensor.ElementType, tensor.Shape, dense), rank);

        bool isMatrix = tensor.Shape.Rank == 2;
        var product = new NodeProto { OpType = "MatMul" };
        DenseReplacement.Replace(weight, product,
            new NodeInput("left", (int)tensor.ElementType, [rows, factors.Rank], Store(tensor.ElementType, factors.Left)),
            new NodeInput("right", (int)tensor.ElementType, [factors.Rank, columns], Store(tensor.ElementType, factors.Right)));
        if (isMatrix)
            return null;

        GraphProto graph = weight.Scope.Graph!;
        string shape = DenseReplacement.AddInitializer(
            graph, $"{weight.Name}.shape", new NodeInput("shape", (int)TensorProto.Types.DataType.Int64, [tensor.Shape.Rank], System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.Shape.Dimensions).ToArray()));
        string matrix = $"{weight.Name}.matrix";
        while (graph.Node.Any(node => node.Output.Contains(matrix)) || graph.Initializer.Any(other => other.Name == matrix))
            matrix += "_";
        product.Output[0] = matrix;
        graph.Node.Insert(DenseReplacement.IndexOf(graph.Node, product) + 1, new NodeProto { OpType = "Reshape", Input = { matrix, shape }, Output = { weight.Name } });
        return null;
    }

    private static byte[] Store(ElementType type, ReadOnlySpan<double> values)
    {
        byte[] bytes = new byte[values.Length * type.GetSize()];
        for (int i = 0; i < values.Length; i++)
        {
            if (type == ElementType.Float64)
                BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(double)), values[i]);
            else
                BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(float)), (float)values[i]);
        }

        return bytes;
    }
}
