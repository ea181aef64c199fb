using System.Text;
using DeepCompression.Onnx;
using static DeepCompression.OnnxRuntime.Messages.FieldReader;

namespace DeepCompression.OnnxRuntime.Messages;

/// <summary>Writes the fields of a message of protobuf; the calls can be chained.</summary>
internal sealed class MessageWriter
{
    private const int MaxVarint = 10; // bytes

    private byte[] _output = new byte[256];
    private int _length;

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _output.AsSpan(0, _length);

    /// <summary>Writes fields as they stand elsewhere.</summary>
    public void Copy(ReadOnlySpan<byte> fields)
    {
        fields.CopyTo(Reserve(fields.Length));
        _length += fields.Length;
    }

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
        _length += Encoding.UTF8.GetBytes(text, Reserve(length));
        return this;
    }

    /// <summary>Writes bytes, or a message.</summary>
    public MessageWriter Write(int field, ReadOnlySpan<byte> content)
    {
        WriteVarint(ContentTag(field));
        WriteVarint((ulong)content.Length);
        Copy(content);
        return this;
    }

    /// <summary>Writes a message.</summary>
    public MessageWriter Write(int field, MessageWriter message) => Write(field, message.Written);

    private void WriteVarint(ulong value) => _length += MessageFields.WriteVarint(Reserve(MaxVarint), value);

    private Span<byte> Reserve(int bytes)
    {
        if (bytes > _output.Length - _length)
        {
            byte[] larger = new byte[Math.Max(checked(_length + bytes), (int)Math.Min(2L * _output.Length, Array.MaxLength))];
            Written.CopyTo(larger);
            _output = larger;
        }

        return _output.AsSpan(_length);
    }
}
