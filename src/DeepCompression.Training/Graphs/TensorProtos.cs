using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Training.Graphs;

/// <summary>Tensors of a graph from arrays, and back.</summary>
internal static class TensorProtos
{
    public const int Float = (int)TensorProto.Types.DataType.Float;
    public const int Int64 = (int)TensorProto.Types.DataType.Int64;
    public const int Int32 = (int)TensorProto.Types.DataType.Int32;
    public const int Bool = (int)TensorProto.Types.DataType.Bool;

    public static TensorProto Make(string name, int elementType, ReadOnlySpan<long> shape, ReadOnlySpan<byte> data)
    {
        TensorProto tensor = new() { Name = name, DataType = elementType, RawData = ByteString.CopyFrom(data) };
        foreach (long dimension in shape)
            tensor.Dims.Add(dimension);
        return tensor;
    }

    public static TensorProto Make(string name, ReadOnlySpan<long> shape, ReadOnlySpan<float> data) => Make(name, Float, shape, MemoryMarshal.AsBytes(data));

    public static TensorProto Make(string name, ReadOnlySpan<long> shape, ReadOnlySpan<long> data) => Make(name, Int64, shape, MemoryMarshal.AsBytes(data));

    public static TensorProto Make(string name, ReadOnlySpan<long> shape, ReadOnlySpan<int> data) => Make(name, Int32, shape, MemoryMarshal.AsBytes(data));

    /// <summary>The values of a float32 tensor, wherever the tensor stores them.</summary>
    public static float[] ReadSingles(TensorProto tensor)
    {
        if (tensor.DataType != Float)
            throw new InvalidDataException($"Tensor {tensor.Name} holds {(TensorProto.Types.DataType)tensor.DataType}; Float is needed.");
        return Read<float>(tensor, tensor.FloatData);
    }

    /// <summary>The values of an int64 tensor, wherever the tensor stores them.</summary>
    public static long[] ReadInt64s(TensorProto tensor)
    {
        if (tensor.DataType != Int64)
            throw new InvalidDataException($"Tensor {tensor.Name} holds {(TensorProto.Types.DataType)tensor.DataType}; Int64 is needed.");
        return Read<long>(tensor, tensor.Int64Data);
    }

    private static T[] Read<T>(TensorProto tensor, IReadOnlyCollection<T> typed)
        where T : unmanaged
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            throw new InvalidDataException($"Tensor {tensor.Name} is in another file; load the model whole before it is trained.");
        long length = Shapes.Length([.. tensor.Dims]);
        T[] values = tensor.RawData.Length > 0 ? MemoryMarshal.Cast<byte, T>(tensor.RawData.Span).ToArray() : [.. typed];
        if (values.Length != length)
            throw new InvalidDataException($"Tensor {tensor.Name} has {length} elements by its shape; found {values.Length}.");
        return values;
    }
}
