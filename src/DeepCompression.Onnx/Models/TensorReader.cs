using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using Type = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx;

/// <summary>Reads the elements of a tensor from any of the places ONNX lets them be.</summary>
internal static class TensorReader
{
    /// <inheritdoc cref="OnnxModel.Read"/>
    public static ReadOnlyMemory<byte> Read(OnnxModel model, TensorProto tensor) => Guard(model, tensor, () =>
    {
        long elements = TensorTypes.CountElements(tensor);
        long bytes = TensorTypes.GetBytes(tensor.DataType, elements);
        if (bytes > Array.MaxLength)
            throw new InvalidDataException($"tensor '{tensor.Name}': {bytes} bytes are more than an array holds.");
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            return ExternalTensor.Parse(tensor).Read(model.Path, bytes);
        if (tensor.HasRawData)
            return CheckLength(tensor, tensor.RawData.Length, bytes, "bytes") ? tensor.RawData.Memory : default;
        return ReadTyped(tensor, elements, (int)bytes);
    });

    /// <summary>Checks that a tensor can be read, as far as that goes without reading it.</summary>
    public static void Check(OnnxModel model, TensorProto tensor) => Guard(model, tensor, () =>
    {
        long elements = TensorTypes.CountElements(tensor);
        if (tensor.DataType == (int)Type.String)
            return CheckLength(tensor, tensor.StringData.Count, elements, "texts");
        long bytes = TensorTypes.GetBytes(tensor.DataType, elements);
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            ExternalTensor.Parse(tensor).Check(model.Path, bytes);
        else if (tensor.HasRawData)
            CheckLength(tensor, tensor.RawData.Length, bytes, "bytes");
        return true;
    });

    private static T Guard<T>(OnnxModel model, TensorProto tensor, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{model.Name}: {e.Message}".OneLine(), e);
        }
        catch (OverflowException e)
        {
            throw new InvalidDataException($"{model.Name}: tensor '{tensor.Name}': its shape or a number of it is beyond what its type holds.".OneLine(), e);
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException($"{model.Name}: tensor '{tensor.Name}': {e.Message}".OneLine(), e);
        }
    }

    private static ReadOnlyMemory<byte> ReadTyped(TensorProto tensor, long elements, int bytes)
    {
        switch ((Type)tensor.DataType)
        {
            case Type.Float:
                CheckLength(tensor, tensor.FloatData.Count, elements, "numbers");
                return MemoryMarshal.AsBytes(tensor.FloatData.ToArray().AsSpan()).ToArray();
            case Type.Double:
                CheckLength(tensor, tensor.DoubleData.Count, elements, "numbers");
                return MemoryMarshal.AsBytes(tensor.DoubleData.ToArray().AsSpan()).ToArray();
            case Type.Int64:
                CheckLength(tensor, tensor.Int64Data.Count, elements, "numbers");
                return MemoryMarshal.AsBytes(tensor.Int64Data.ToArray().AsSpan()).ToArray();
            case Type.Uint32:
                CheckLength(tensor, tensor.Uint64Data.Count, elements, "numbers");
                return MemoryMarshal.AsBytes(tensor.Uint64Data.Select(value => checked((uint)value)).ToArray().AsSpan()).ToArray();
            case Type.Uint64:
                CheckLength(tensor, tensor.Uint64Data.Count, elements, "numbers");
                return MemoryMarshal.AsBytes(tensor.Uint64Data.ToArray().AsSpan()).ToArray();
            case Type.String or Type.Complex64 or Type.Complex128 or Type.Undefined:
                throw new NotSupportedException($"Element type {(Type)tensor.DataType} is not read.");
            default:
                return ReadInt32Data(tensor, elements, bytes);
        }
    }

    // int32_data holds one narrow element a number, except 4-bit and 2-bit types: there a number is a byte of them.
    private static byte[] ReadInt32Data(TensorProto tensor, long elements, int bytes)
    {
        int width = Math.Max(1, (int)TensorTypes.GetBytes(tensor.DataType, 1));
        CheckLength(tensor, tensor.Int32Data.Count, bytes < elements ? bytes : elements, "numbers");
        byte[] result = new byte[bytes];
        for (int i = 0; i < tensor.Int32Data.Count; i++)
        {
            int value = tensor.Int32Data[i];
            switch (width)
            {
                case 1: result[i] = (byte)value; break;
                case 2: BinaryPrimitives.WriteUInt16LittleEndian(result.AsSpan(2 * i), (ushort)value); break;
                default: BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(4 * i), value); break;
            }
        }

        return result;
    }

    private static bool CheckLength(TensorProto tensor, long found, long expected, string unit)
    {
        if (found != expected)
            throw new InvalidDataException($"tensor '{tensor.Name}': the shape [{string.Join(',', tensor.Dims)}] of {(Type)tensor.DataType} has {expected} {unit}; found {found}.");
        return true;
    }
}
