using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using static DeepCompression.OnnxRuntime.Messages.FieldReader;

namespace DeepCompression.OnnxRuntime.Messages;

/// <summary>A tensor of a model, where it lies.</summary>
internal sealed class TensorMessage
{
    private readonly ModelMessage _model;
    private readonly Extent _extent;
    private readonly Extent? _raw; // null where the elements are elsewhere

    public TensorMessage(ModelMessage model, Extent extent)
    {
        (_model, _extent) = (model, extent);
        NumberList dimensions = new();
        bool isExternal = false;
        FieldReader fields = new(model.Bytes, extent);
        while (fields.Next())
        {
            if (fields.Tag >> 3 == TensorProto.DimsFieldNumber)
                fields.AddNumbers(dimensions);
            else if (fields.Tag == NumberTag(TensorProto.DataTypeFieldNumber))
                ElementType = (int)fields.Value;
            else if (fields.Tag == ContentTag(TensorProto.NameFieldNumber))
                Name = fields.GetText();
            else if (fields.Tag == ContentTag(TensorProto.RawDataFieldNumber))
                _raw = fields.Content;
            else if (fields.Tag == NumberTag(TensorProto.DataLocationFieldNumber))
                isExternal = fields.Value == (int)TensorProto.Types.DataLocation.External;
        }

        Shape = dimensions.ToArray();
        if (isExternal || GetBytes() != _raw?.Length)
            _raw = null;
    }

    /// <summary>The name; empty where there is none.</summary>
    public string Name { get; } = "";

    /// <summary>The element type by its number in ONNX.</summary>
    public int ElementType { get; }

    /// <summary>The dimensions.</summary>
    public long[] Shape { get; }

    /// <summary>Whether the elements are in the model as they are in memory, and as many as the shape says.</summary>
    public bool IsRaw => _raw is not null;

    /// <summary>Reads the elements, little-endian and row-major.</summary>
    /// <exception cref="InvalidDataException">The content does not fit the shape, or external data is missing, too short or outside the model's folder.</exception>
    /// <exception cref="NotSupportedException">The element type has no fixed size of whole bytes.</exception>
    public ReadOnlyMemory<byte> Read() => _raw is Extent raw ? _model.Slice(raw) : new OnnxModel(new ModelProto(), _model.Path).Read(Parse());

    private TensorProto Parse()
    {
        try
        {
            return TensorProto.Parser.ParseFrom(_model.Slice(_extent).Span);
        }
        catch (InvalidProtocolBufferException damage)
        {
            throw new InvalidDataException($"{_model.Name}: tensor '{Name}': the message is damaged", damage);
        }
    }

    // Null where it is not to be said: such tensors are left to a full parser.
    private long? GetBytes()
    {
        long count = 1;
        foreach (long dimension in Shape)
        {
            if (dimension < 0 || (count > 0 && dimension > int.MaxValue / count))
                return null;
            count *= dimension;
        }

        return TensorTypes.TryGetBytes(ElementType, count);
    }
}
