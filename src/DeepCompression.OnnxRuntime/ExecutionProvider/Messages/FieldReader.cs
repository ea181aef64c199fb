using System.Text;
using DeepCompression.Onnx;

namespace DeepCompression.OnnxRuntime.Messages;

/// <summary>Walks the fields of a message of protobuf where it lies. Fields are told apart by their tags: number and wire type.</summary>
internal ref struct FieldReader
{
    private const int Delimited = 2;

    private static readonly UTF8Encoding _text = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _source;
    private int _position;

    /// <summary>Begins before the first field.</summary>
    /// <param name="source">The bytes of the model.</param>
    /// <param name="message">Where the message lies.</param>
    public FieldReader(ReadOnlySpan<byte> source, Extent message)
    {
        _source = source[..message.End];
        _position = message.Start;
    }

    /// <summary>The number of the field and its wire type, as the first bytes of the field say them.</summary>
    public ulong Tag { get; private set; }

    /// <summary>The whole field.</summary>
    public Extent Field { get; private set; }

    /// <summary>What the field holds, where its length is written before it.</summary>
    public Extent Content { get; private set; }

    /// <summary>The number that the field holds, or its bits.</summary>
    public ulong Value { get; private set; }

    /// <summary>The tag of a field that holds a number.</summary>
    public static ulong NumberTag(int field) => (ulong)field << 3;

    /// <summary>The tag of a field that holds a text, bytes, a message or packed numbers.</summary>
    public static ulong ContentTag(int field) => ((ulong)field << 3) | Delimited;

    /// <summary>Reads the next field; false at the end.</summary>
    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    public bool Next()
    {
        if (_position >= _source.Length)
            return false;
        int start = _position;
        if (!MessageFields.TryReadField(_source, ref _position, out ulong tag, out int length, out ulong value))
            throw new InvalidDataException($"the message is damaged at byte {start}");
        (Tag, Value, Field, Content) = (tag, value, new Extent(start, _position), new Extent(_position - length, _position));
        return true;
    }

    /// <summary>Reads numbers that a field holds, packed or a single one.</summary>
    public readonly void AddNumbers(NumberList numbers)
    {
        if ((Tag & 7) != Delimited)
        {
            numbers.Add((long)Value);
            return;
        }

        for (int position = Content.Start; position < Content.End;)
        {
            if (!MessageFields.TryReadVarint(_source[..Content.End], ref position, out ulong value))
                throw new InvalidDataException($"the message is damaged at byte {position}");
            numbers.Add((long)value);
        }
    }

    /// <summary>The text that the field holds.</summary>
    /// <exception cref="InvalidDataException">It is no UTF-8: what is written of it would not be what stands elsewhere.</exception>
    public readonly string GetText()
    {
        if (Content.Length == 0)
            return "";
        try
        {
            return _text.GetString(_source[Content.Start..Content.End]);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException($"the text at byte {Content.Start} is not UTF-8");
        }
    }
}
