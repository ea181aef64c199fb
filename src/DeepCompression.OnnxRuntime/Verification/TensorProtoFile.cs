using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>Reads a serialized ONNX tensor (<c>.pb</c>), as in the test data sets that come with ONNX models.</summary>
public static class TensorProtoFile
{
    /// <summary>Reads a file with one <c>TensorProto</c>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensor, with the name that the file gives it (often empty).</returns>
    /// <exception cref="InvalidDataException">The file is not a tensor, or its data does not fit its shape.</exception>
    /// <exception cref="NotSupportedException">The tensor holds something else than numbers or booleans.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TensorValue Read(string path)
    {
        TensorProto proto;
        try
        {
            proto = TensorProto.Parser.ParseFrom(File.ReadAllBytes(path));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"{path}: not an ONNX tensor: {e.Message}", e);
        }

        return ToValue(proto, path);
    }

    /// <summary>Makes a value of a tensor.</summary>
    /// <param name="proto">The tensor; its data must not be external.</param>
    /// <param name="source">The file's name, for messages.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidDataException">The data does not fit the shape, or is external.</exception>
    /// <exception cref="NotSupportedException">The tensor holds something else than numbers or booleans.</exception>
    public static TensorValue ToValue(TensorProto proto, string source)
    {
        ArgumentNullException.ThrowIfNull(proto);
        if (!proto.HasDataType)
            throw new InvalidDataException($"{source}: not an ONNX tensor: it names no data type.");
        var type = (TensorElementType)proto.DataType;
        int size;
        try
        {
            size = TensorElements.GetSize(type);
        }
        catch (NotSupportedException)
        {
            throw new NotSupportedException($"{source}: tensors of ONNX type {(TensorProto.Types.DataType)proto.DataType} are not supported; numbers of 8 to 64 bits and booleans are.");
        }

        if (proto.DataLocation == TensorProto.Types.DataLocation.External)
            throw new InvalidDataException($"{source}: the tensor's data is in another file; store it in the tensor.");

        byte[] bytes = proto.HasRawData ? proto.RawData.ToByteArray() : TypedData(proto, type);
        try
        {
            return new TensorValue(proto.Name, type, [.. proto.Dims], bytes);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{source}: {bytes.Length / size} elements do not fit the shape ({string.Join(", ", proto.Dims)}).", e);
        }
    }

    // Where each type's elements are when they are not raw: the comments of TensorProto in the ONNX specification.
    private static byte[] TypedData(TensorProto proto, TensorElementType type) => type switch
    {
        TensorElementType.Float => MemoryMarshal.AsBytes<float>(proto.FloatData.ToArray()).ToArray(),
        TensorElementType.Double => MemoryMarshal.AsBytes<double>(proto.DoubleData.ToArray()).ToArray(),
        TensorElementType.Int64 => MemoryMarshal.AsBytes<long>(proto.Int64Data.ToArray()).ToArray(),
        TensorElementType.UInt64 => MemoryMarshal.AsBytes<ulong>(proto.Uint64Data.ToArray()).ToArray(),
        TensorElementType.UInt32 => Narrow(proto.Uint64Data.Select(v => (long)v).ToArray(), 4),
        _ => Narrow(Widen(proto.Int32Data), TensorElements.GetSize(type)),
    };

    private static long[] Widen(RepeatedField<int> values) => [.. values.Select(v => (long)v)];

    private static byte[] Narrow(long[] values, int size)
    {
        var bytes = new byte[checked(values.Length * size)];
        Span<byte> whole = stackalloc byte[8];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(whole, values[i]);
            whole[..size].CopyTo(bytes.AsSpan(i * size));
        }

        return bytes;
    }
}
