using System.Buffers;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Message = DeepCompression.Onnx.MessageFields.Message;

namespace DeepCompression.Onnx;

/// <summary>
/// Parses a message without copying the content of its large tensors: each <c>raw_data</c> is cut out before protobuf sees
/// the message, and afterwards the tensor refers to the bytes where they are.
/// </summary>
internal sealed class TensorStripper
{
    /// <summary>Contents of fewer bytes are copied: that costs nothing.</summary>
    public const int LargeContent = 1 << 12; // bytes

    private readonly ReadOnlyMemory<byte> _source;
    private readonly ContentTokens _tokens = new();

    private TensorStripper(ReadOnlyMemory<byte> source) => _source = source;

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
        if (stripper._tokens.Count == 0)
            return model;

        int restored = TensorWalker.All(model).Concat(TensorWalker.Training(model)).Count(stripper.TryRestore);
        return restored == stripper._tokens.Count ? model : ModelProto.Parser.ParseFrom(source.Span);
    }

    private bool TryRestore(TensorProto tensor)
    {
        if (!_tokens.TryGet(tensor.RawData.Span, out ITensorContent? content))
            return false;
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(((MemoryContent)content).Bytes);
        return true;
    }

    /// <summary>Copies a message without large contents; false where it is damaged.</summary>
    private bool TryStrip(Message message, int start, int end, int depth, ArrayBufferWriter<byte> output)
    {
        if (depth > MessageFields.MaxDepth)
            return false;
        ReadOnlySpan<byte> source = _source.Span[..end];
        for (int position = start; position < end;)
        {
            int field = position;
            if (!MessageFields.TryReadField(source, ref position, out ulong tag, out int length))
                return false;
            if (length < LargeContent)
            {
                output.Write(source[field..position]);
            }
            else if (MessageFields.IsContent(message, tag))
            {
                WriteField(output, tag, _tokens.Add(new MemoryContent(_source.Slice(position - length, length))).Span);
            }
            else if (MessageFields.Inner(message, tag) is { } inner)
            {
                ArrayBufferWriter<byte> body = new(LargeContent);
                if (!TryStrip(inner, position - length, position, depth + 1, body))
                    return false;
                WriteField(output, tag, body.WrittenSpan);
            }
            else
            {
                output.Write(source[field..position]);
            }
        }

        return true;
    }

    private static void WriteField(ArrayBufferWriter<byte> output, ulong tag, ReadOnlySpan<byte> content)
    {
        output.Advance(MessageFields.WriteVarint(output.GetSpan(10), tag));
        output.Advance(MessageFields.WriteVarint(output.GetSpan(10), (ulong)content.Length));
        output.Write(content);
    }
}
