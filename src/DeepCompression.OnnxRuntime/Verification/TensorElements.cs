using System.Buffers.Binary;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>Sizes and numbers of ONNX element types, for tensors that are fed to a model and read from it.</summary>
internal static class TensorElements
{
    /// <summary>Bytes an element.</summary>
    public static int GetSize(TensorElementType type) => type switch
    {
        TensorElementType.UInt8 or TensorElementType.Int8 or TensorElementType.Bool => 1,
        TensorElementType.UInt16 or TensorElementType.Int16 or TensorElementType.Float16 or TensorElementType.BFloat16 => 2,
        TensorElementType.Float or TensorElementType.Int32 or TensorElementType.UInt32 => 4,
        TensorElementType.Double or TensorElementType.Int64 or TensorElementType.UInt64 => 8,
        _ => throw new NotSupportedException($"Tensors of type {type} are not supported; numbers of 8 to 64 bits and booleans are."),
    };

    /// <summary>Whether the type holds fractions.</summary>
    public static bool IsFloat(TensorElementType type) =>
        type is TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16 or TensorElementType.BFloat16;

    /// <summary>Widens elements to numbers.</summary>
    public static void ToDoubles(TensorElementType type, ReadOnlySpan<byte> source, Span<double> destination)
    {
        int size = GetSize(type);
        for (int i = 0; i < destination.Length; i++)
            destination[i] = Read(type, source.Slice(i * size, size));
    }

    /// <summary>Narrows a number to an element.</summary>
    /// <exception cref="OverflowException">An integer type does not hold the number.</exception>
    public static void Write(TensorElementType type, double value, Span<byte> destination)
    {
        switch (type)
        {
            case TensorElementType.Float: BinaryPrimitives.WriteSingleLittleEndian(destination, (float)value); break;
            case TensorElementType.Double: BinaryPrimitives.WriteDoubleLittleEndian(destination, value); break;
            case TensorElementType.Float16: BinaryPrimitives.WriteHalfLittleEndian(destination, (Half)value); break;
            case TensorElementType.BFloat16: BinaryPrimitives.WriteUInt16LittleEndian(destination, ToBFloat16((float)value)); break;
            case TensorElementType.Bool: destination[0] = value != 0 ? (byte)1 : (byte)0; break;
            case TensorElementType.UInt8: destination[0] = checked((byte)value); break;
            case TensorElementType.Int8: destination[0] = (byte)checked((sbyte)value); break;
            case TensorElementType.UInt16: BinaryPrimitives.WriteUInt16LittleEndian(destination, checked((ushort)value)); break;
            case TensorElementType.Int16: BinaryPrimitives.WriteInt16LittleEndian(destination, checked((short)value)); break;
            case TensorElementType.UInt32: BinaryPrimitives.WriteUInt32LittleEndian(destination, checked((uint)value)); break;
            case TensorElementType.Int32: BinaryPrimitives.WriteInt32LittleEndian(destination, checked((int)value)); break;
            case TensorElementType.UInt64: BinaryPrimitives.WriteUInt64LittleEndian(destination, checked((ulong)value)); break;
            case TensorElementType.Int64: BinaryPrimitives.WriteInt64LittleEndian(destination, checked((long)value)); break;
            default: GetSize(type); break;
        }
    }

    private static double Read(TensorElementType type, ReadOnlySpan<byte> source) => type switch
    {
        TensorElementType.Float => BinaryPrimitives.ReadSingleLittleEndian(source),
        TensorElementType.Double => BinaryPrimitives.ReadDoubleLittleEndian(source),
        TensorElementType.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(source),
        TensorElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(source) << 16),
        TensorElementType.UInt8 or TensorElementType.Bool => source[0],
        TensorElementType.Int8 => (sbyte)source[0],
        TensorElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(source),
        TensorElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(source),
        TensorElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(source),
        TensorElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(source),
        TensorElementType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(source),
        _ => BinaryPrimitives.ReadInt64LittleEndian(source),
    };

    // Round to nearest, ties to even, on the lower half of the bits.
    private static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
