using System.Buffers;
using System.Buffers.Binary;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Onnx;

/// <summary>
/// Parses a message without copying the content of its large tensors: each <c>raw_data</c> is cut out before protobuf sees
/// the message, and afterwards the tensor refers to the bytes where they are.
/// </summary>
internal sealed class TensorStripper
{
    private const int LargeContent = 1 << 16; // bytes: below, copying costs nothing
    private const int KeyLength = 16; // bytes: random, so that no file can hold one
    private const int TokenLength = KeyLength + sizeof(int); // what stands for a content meanwhile
    private const int MaxDepth = 100; // messages in messages, as protobuf limits them

    // Fields that lead to tensors, by message: the specification's numbers.
    private static readonly Dictionary<int, Message> _model = new() { [7] = Message.Graph, [20] = Message.TrainingInfo, [25] = Message.Function };
    private static readonly Dictionary<int, Message> _graph = new() { [1] = Message.Node, [5] = Message.Tensor, [15] = Message.SparseTensor };
    private static readonly Dictionary<int, Message> _node = new() { [5] = Message.Attribute };
    private static readonly Dictionary<int, Message> _attribute = new()
    {
        [5] = Message.Tensor, [6] = Message.Graph, [10] = Message.Tensor, [11] = Message.Graph,
    };
    private static readonly Dictionary<int, Message> _sparse = new() { [1] = Message.Tensor, [2] = Message.Tensor };
    private static readonly Dictionary<int, Message> _function = new() { [7] = Message.Node };
    private static readonly Dictionary<int, Message> _training = new() { [1] = Message.Graph, [2] = Message.Graph };
    private static readonly Dictionary<int, Message> _tensor = [];

    private readonly ReadOnlyMemory<byte> _source;
    private readonly byte[] _key = Guid.NewGuid().ToByteArray();
    private readonly List<ReadOnlyMemory<byte>> _contents = [];

    private TensorStripper(ReadOnlyMemory<byte> source) => _source = source;

    private enum Message
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

    /// <summary>Parses a model.</summary>
    /// <param name="source">The message; large contents of the result refer to this memory.</param>
    /// <exception cref="InvalidProtocolBufferException">It is not a message of this schema.</exception>
    public static ModelProto Parse(ReadOnlyMemory<byte> source)
    {
        TensorStripper stripper = new(source);
        ArrayBufferWriter<byte> stripped = new(LargeContent);
        if (!stripper.TryStrip(Message.Model, 0, source.Length, 0, stripped))
            return ModelProto.Parser.ParseFrom(source.Span); // damaged: protobuf says how
        ModelProto model = ModelProto.Parser.ParseFrom(stripped.WrittenSpan);
        if (stripper._contents.Count == 0)
            return model;

        int restored = TensorWalker.All(model).Concat(TrainingTensors(model)).Count(stripper.TryRestore);
        return restored == stripper._contents.Count ? model : ModelProto.Parser.ParseFrom(source.Span);
    }

    private static IEnumerable<TensorProto> TrainingTensors(ModelProto model) =>
        model.TrainingInfo.SelectMany(info => new[] { info.Initialization, info.Algorithm }).Where(graph => graph is not null)
            .SelectMany(graph => TensorWalker.All(new ModelProto { Graph = graph }));

    private bool TryRestore(TensorProto tensor)
    {
        ReadOnlySpan<byte> token = tensor.RawData.Span;
        if (token.Length != TokenLength || !token.StartsWith(_key))
            return false;
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(_contents[BinaryPrimitives.ReadInt32LittleEndian(token[_key.Length..])]);
        return true;
    }

    /// <summary>Copies a message without large contents; false where it is damaged.</summary>
    private bool TryStrip(Message message, int start, int end, int depth, ArrayBufferWriter<byte> output)
    {
        if (depth > MaxDepth)
            return false;
        Dictionary<int, Message> nested = FieldsOf(message);
        for (int position = start; position < end;)
        {
            int field = position;
            if (!TryReadVarint(ref position, end, out ulong tag))
                return false;
            switch (tag & 7)
            {
                case 0:
                    if (!TryReadVarint(ref position, end, out _))
                        return false;
                    break;
                case 1: position += 8; break;
                case 5: position += 4; break;
                case 2:
                    if (!TryReadVarint(ref position, end, out ulong length) || length > (ulong)(end - position))
                        return false;
                    int content = position;
                    position += (int)length;
                    if (length < LargeContent)
                        break;
                    if (message == Message.Tensor && tag >> 3 == TensorProto.RawDataFieldNumber)
                    {
                        WriteToken(output, tag, content, (int)length);
                        continue;
                    }

                    if (nested.TryGetValue((int)Math.Min(tag >> 3, int.MaxValue), out Message inner))
                    {
                        ArrayBufferWriter<byte> body = new(LargeContent);
                        if (!TryStrip(inner, content, position, depth + 1, body))
                            return false;
                        WriteField(output, tag, body.WrittenSpan);
                        continue;
                    }

                    break;
                default: return false; // groups are not part of this schema
            }

            if (position > end)
                return false;
            output.Write(_source.Span[field..position]);
        }

        return true;
    }

    private static Dictionary<int, Message> FieldsOf(Message message) => message switch
    {
        Message.Model => _model,
        Message.Graph => _graph,
        Message.Node => _node,
        Message.Attribute => _attribute,
        Message.SparseTensor => _sparse,
        Message.Function => _function,
        Message.TrainingInfo => _training,
        _ => _tensor,
    };

    private void WriteToken(ArrayBufferWriter<byte> output, ulong tag, int start, int length)
    {
        Span<byte> token = stackalloc byte[TokenLength];
        _key.CopyTo(token);
        BinaryPrimitives.WriteInt32LittleEndian(token[_key.Length..], _contents.Count);
        _contents.Add(_source.Slice(start, length));
        WriteField(output, tag, token);
    }

    private static void WriteField(ArrayBufferWriter<byte> output, ulong tag, ReadOnlySpan<byte> content)
    {
        WriteVarint(output, tag);
        WriteVarint(output, (ulong)content.Length);
        output.Write(content);
    }

    private static void WriteVarint(ArrayBufferWriter<byte> output, ulong value)
    {
        Span<byte> bytes = output.GetSpan(10);
        int count = 0;
        for (; value >= 0x80; value >>= 7)
            bytes[count++] = (byte)(value | 0x80);
        bytes[count++] = (byte)value;
        output.Advance(count);
    }

    private bool TryReadVarint(ref int position, int end, out ulong value)
    {
        ReadOnlySpan<byte> source = _source.Span;
        value = 0;
        for (int shift = 0; shift < 64 && position < end; shift += 7)
        {
            byte next = source[position++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return true;
        }

        return false;
    }
}
