using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Onnx;

/// <summary>Replaces the elements of a tensor and keeps everything else that it says.</summary>
internal static class TensorContent
{
    /// <summary>Removes the elements wherever they are.</summary>
    public static void ClearContent(this TensorProto tensor)
    {
        tensor.ClearRawData();
        tensor.FloatData.Clear();
        tensor.Int32Data.Clear();
        tensor.Int64Data.Clear();
        tensor.DoubleData.Clear();
        tensor.Uint64Data.Clear();
        tensor.StringData.Clear();
        tensor.ExternalData.Clear();
        tensor.ClearDataLocation();
    }

    /// <summary>Replaces type, shape and elements.</summary>
    public static void SetContent(this TensorProto tensor, int dataType, ReadOnlySpan<long> dimensions, ReadOnlyMemory<byte> content)
    {
        tensor.ClearContent();
        tensor.DataType = dataType;
        tensor.Dims.Clear();
        tensor.Dims.AddRange(dimensions.ToArray());
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(content);
    }
}
