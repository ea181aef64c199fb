using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Message = DeepCompression.Onnx.MessageFields.Message;

namespace DeepCompression.Onnx;

/// <summary>
/// Lays out the file of a model in which tokens stand for the contents of tensors: the bytes around the contents, and where each
/// content belongs. No content is looked at, so that they can be made while they are written.
/// </summary>
/// <param name="tokens">What tokens stand for.</param>
internal sealed class TensorFiller(ContentTokens tokens)
{
    /// <summary>The parts of the file, in order and without gaps.</summary>
    public static (List<FilePart> Parts, long Length) LayOut(ModelProto proto, ContentTokens tokens)
    {
        TensorFiller filler = new(tokens);
        List<FilePart> parts = [];
        long length = filler.Fill(Message.Model, proto.ToByteArray(), parts);
        long offset = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            parts[i] = parts[i] with { Offset = offset };
            offset += parts[i].Length;
        }

        return (parts, length);
    }

    // The message is our own writing: every field of it can be read.
    private long Fill(Message message, ReadOnlyMemory<byte> source, List<FilePart> parts)
    {
        int start = 0;
        long length = 0;
        for (int position = 0; position < source.Length;)
        {
            int field = position;
            if (!MessageFields.TryReadField(source.Span, ref position, out ulong tag, out int bytes))
                throw new InvalidOperationException("A message that was just written cannot be read.");
            ReadOnlyMemory<byte> content = source[(position - bytes)..position];
            List<FilePart> inside = [];
            long filled;
            if (MessageFields.IsContent(message, tag) && tokens.TryGet(content.Span, out ITensorContent? tensor))
                (filled, inside) = (tensor.Length, [new FilePart(0, default, tensor)]);
            else if (bytes > 0 && MessageFields.Inner(message, tag) is { } inner && content.Span.IndexOf(tokens.Key) >= 0)
                filled = Fill(inner, content, inside);
            else
                continue;

            AddLiteral(source[start..field]);
            byte[] head = new byte[20];
            int headLength = MessageFields.WriteVarint(head, tag);
            headLength += MessageFields.WriteVarint(head.AsSpan(headLength), (ulong)filled);
            AddLiteral(head.AsMemory(0, headLength));
            parts.AddRange(inside);
            length += filled;
            start = position;
        }

        AddLiteral(source[start..]);
        return length;

        void AddLiteral(ReadOnlyMemory<byte> literal)
        {
            length += literal.Length;
            if (literal.Length > 0)
                parts.Add(new FilePart(0, literal, null));
        }
    }
}
