using System.Buffers;
using System.Text;
using DeepCompression.Onnx;
using static DeepCompression.OnnxRuntime.Messages.FieldReader;

namespace DeepCompression.OnnxRuntime.Messages;

/// <summary>Writes the fields of a message of protobuf; the calls can be chained.</summary>
internal sealed class MessageWriter
{
    private const int MaxVarint = 10; // bytes

    private readonly ArrayBufferWriter<byte> _output = new(256);

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _output.WrittenSpan;

    /// <summary>Writes fields as they stand elsewhere.</summary>
    public void Copy(ReadOnlySpan<byte> fields) => _output.Write(fields);

    /// <summary>Writes a number.</summary>
    public MessageWriter Write(int field, long value)
    {
        WriteVarint(NumberTag(field));
        WriteVarint((ulong)value);
        return this;
    }

    /// <summary>Writes a text.</summary>
    public MessageWriter Write(int field, string text)
    {
        WriteVarint(ContentTag(field));
        int length = Encoding.UTF8.GetByteCount(text);
        WriteVarint((ulong)length);
        Encoding.UTF8.GetBytes(text, _output.GetSpan(length));
        _output.Advance(length);
        return this;
    }

    /// <summary>Writes bytes, or a message.</summary>
    public MessageWriter Write(int field, ReadOnlySpan<byte> content)
    {
        WriteVarint(ContentTag(field));
        WriteVarint((ulong)content.Length);
        _output.Write(content);
        return this;
    }

    /// <summary>Writes a message.</summary>
    public MessageWriter Write(int field, MessageWriter message) => Write(field, message.Written);

    private void WriteVarint(ulong value) => _output.Advance(MessageFields.WriteVarint(_output.GetSpan(MaxVarint), value));
}
