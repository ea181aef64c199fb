using System.Buffers.Binary;
using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>Which fields of the schema lead to tensors, and how fields begin on the wire.</summary>
internal static class MessageFields
{
    /// <summary>Messages in messages, as protobuf limits them.</summary>
    public const int MaxDepth = 100;

    /// <summary>The messages on the way to a tensor.</summary>
    public enum Message
    {
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        SparseTensor,
        Function,
        TrainingInfo,
    }

    /// <summary>The message in a field, by the specification's numbers; null where it leads to no tensor.</summary>
    public static Message? Inner(Message message, ulong tag) => (message, tag >> 3) switch
    {
        (Message.Model, 7) => Message.Graph,
        (Message.Model, 20) => Message.TrainingInfo,
        (Message.Model, 25) => Message.Function,
        (Message.Graph, 1) => Message.Node,
        (Message.Graph, 5) => Message.Tensor,
        (Message.Graph, 15) => Message.SparseTensor,
        (Message.Node, 5) => Message.Attribute,
        (Message.Attribute, 5 or 10) => Message.Tensor,
        (Message.Attribute, 6 or 11) => Message.Graph,
        (Message.SparseTensor, 1 or 2) => Message.Tensor,
        (Message.Function, 7) => Message.Node,
        (Message.TrainingInfo, 1 or 2) => Message.Graph,
        _ => null,
    };

    /// <summary>Whether a field is the content of a tensor.</summary>
    public static bool IsContent(Message message, ulong tag) => message == Message.Tensor && tag >> 3 == TensorProto.RawDataFieldNumber;

    /// <summary>Reads one field; false where it is damaged or reaches beyond the end.</summary>
    /// <param name="source">The message.</param>
    /// <param name="position">Where the field begins; then where the next one does.</param>
    /// <param name="tag">Number and wire type.</param>
    /// <param name="length">Bytes of the content of a field with a length, which end at <paramref name="position"/>; else 0.</param>
    public static bool TryReadField(ReadOnlySpan<byte> source, ref int position, out ulong tag, out int length) => TryReadField(source, ref position, out tag, out length, out _);

    /// <summary>Reads one field; false where it is damaged or reaches beyond the end.</summary>
    /// <param name="source">The message.</param>
    /// <param name="position">Where the field begins; then where the next one does.</param>
    /// <param name="tag">Number and wire type.</param>
    /// <param name="length">Bytes of the content of a field with a length, which end at <paramref name="position"/>; else 0.</param>
    /// <param name="value">The number that another field holds, or its bits; else 0.</param>
    public static bool TryReadField(ReadOnlySpan<byte> source, ref int position, out ulong tag, out int length, out ulong value)
    {
        length = 0;
        value = 0;
        if (!TryReadVarint(source, ref position, out tag) || tag >> 3 == 0)
            return false;
        switch (tag & 7)
        {
            case 0: return TryReadVarint(source, ref position, out value);
            case 1: return TryReadFixed(source, ref position, sizeof(ulong), ref value);
            case 5: return TryReadFixed(source, ref position, sizeof(uint), ref value);
            case 2:
                if (!TryReadVarint(source, ref position, out ulong bytes) || bytes > (ulong)(source.Length - position))
                    return false;
                length = (int)bytes;
                position += length;
                return true;
            default: return false; // groups are not part of this schema
        }
    }

    /// <summary>Writes a number in 7-bit parts; returns how many bytes it took.</summary>
    public static int WriteVarint(Span<byte> destination, ulong value)
    {
        int count = 0;
        for (; value >= 0x80; value >>= 7)
            destination[count++] = (byte)(value | 0x80);
        destination[count++] = (byte)value;
        return count;
    }

    /// <summary>Reads a number in 7-bit parts; false where it is damaged or reaches beyond the end.</summary>
    public static bool TryReadVarint(ReadOnlySpan<byte> source, ref int position, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && position < source.Length; shift += 7)
        {
            byte next = source[position++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return true;
        }

        return false;
    }

    private static bool TryReadFixed(ReadOnlySpan<byte> source, ref int position, int size, ref ulong value)
    {
        if (source.Length - position < size)
            return false;
        value = size == sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(source[position..]) : BinaryPrimitives.ReadUInt64LittleEndian(source[position..]);
        position += size;
        return true;
    }
}
