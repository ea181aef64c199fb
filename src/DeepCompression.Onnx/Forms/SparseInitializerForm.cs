using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>A sparse initializer: the non-zeros and their linear indices (ONNX IR, "SparseTensorProto"). No value changes.</summary>
internal static class SparseInitializerForm
{
    /// <summary>Replaces a weight where that is smaller.</summary>
    /// <returns>The reason why not, or null.</returns>
    public static string? Replace(Weight weight, CompressedTensor tensor)
    {
        int size = tensor.ElementType.GetSize();
        int nonZeros = tensor.CountNonZeros();
        long bytes = (long)nonZeros * (sizeof(long) + size);
        if (bytes >= weight.DenseBytes)
            return $"{nonZeros} indices and values would have {bytes} bytes in place of {weight.DenseBytes}";
        if (nonZeros == 0 || weight.Shape.Rank == 0)
            return "a sparse initializer has at least one value and one dimension";
        if (weight.Place != WeightPlace.Initializer && weight.Scope.Graph!.Initializer.Any(other => other.Name == weight.Name))
            return "its name is an initializer's too";

        byte[] dense = new byte[tensor.DenseBytes];
        tensor.CopyDenseTo(dense);
        byte[] values = new byte[nonZeros * size];
        long[] indices = new long[nonZeros];
        for (int i = 0, next = 0; i < tensor.Shape.Length; i++)
        {
            ReadOnlySpan<byte> element = dense.AsSpan(i * size, size);
            if (!element.ContainsAnyExcept((byte)0))
                continue;
            indices[next] = i;
            element.CopyTo(values.AsSpan(next++ * size));
        }

        DenseReplacement.Remove(weight);
        var sparse = new SparseTensorProto { Values = new TensorProto { Name = weight.Name }, Indices = new TensorProto() };
        sparse.Dims.AddRange(tensor.Shape.Dimensions.ToArray());
        sparse.Values.SetContent((int)tensor.ElementType, [nonZeros], values);
        sparse.Indices.SetContent((int)TensorProto.Types.DataType.Int64, [nonZeros], MemoryMarshal.AsBytes(indices.AsSpan()).ToArray());
        weight.Scope.Graph!.SparseInitializer.Add(sparse);
        return null;
    }
}
