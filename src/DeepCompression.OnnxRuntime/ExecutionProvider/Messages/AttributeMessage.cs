using DeepCompression.Onnx.Schema;
using static DeepCompression.OnnxRuntime.Messages.FieldReader;

namespace DeepCompression.OnnxRuntime.Messages;

/// <summary>An attribute of a node, where it lies.</summary>
internal sealed class AttributeMessage
{
    private readonly ModelMessage _model;

    public AttributeMessage(ModelMessage model, Extent extent, int level)
    {
        bool hasGraph = false;
        (_model, Extent) = (model, extent);
        FieldReader fields = new(model.Bytes, extent);
        while (fields.Next())
        {
            if (fields.Tag == ContentTag(AttributeProto.NameFieldNumber))
                Name = fields.GetText();
            else if (fields.Tag == ContentTag(AttributeProto.TFieldNumber))
                Tensor = fields.Content;
            else if (fields.Tag == ContentTag(AttributeProto.GFieldNumber))
                Graphs.Add(hasGraph ? throw new InvalidDataException("an attribute has a graph in parts") : new GraphMessage(model, fields.Content, level + 1));
            else if (fields.Tag == ContentTag(AttributeProto.GraphsFieldNumber))
                Graphs.Add(new GraphMessage(model, fields.Content, level + 1));
            hasGraph |= fields.Tag == ContentTag(AttributeProto.GFieldNumber);
        }
    }

    /// <summary>Where the message lies.</summary>
    public Extent Extent { get; }

    public string Name { get; } = "";

    /// <summary>The tensor that the attribute is; null where it is none.</summary>
    public Extent? Tensor { get; }

    /// <summary>The graphs that the attribute holds.</summary>
    public List<GraphMessage> Graphs { get; } = [];

    public long GetInt()
    {
        long result = 0;
        FieldReader fields = new(_model.Bytes, Extent);
        while (fields.Next())
            result = fields.Tag == NumberTag(AttributeProto.IFieldNumber) ? (long)fields.Value : result;
        return result;
    }

    public float GetFloat()
    {
        float result = 0;
        FieldReader fields = new(_model.Bytes, Extent);
        while (fields.Next())
            result = fields.Tag >> 3 == AttributeProto.FFieldNumber ? BitConverter.UInt32BitsToSingle((uint)fields.Value) : result;
        return result;
    }

    public long[] GetInts()
    {
        NumberList result = new();
        FieldReader fields = new(_model.Bytes, Extent);
        while (fields.Next())
        {
            if (fields.Tag >> 3 == AttributeProto.IntsFieldNumber)
                fields.AddNumbers(result);
        }

        return result.ToArray();
    }

    /// <summary>The text, or the texts, that the attribute holds.</summary>
    public string[] GetTexts()
    {
        List<string> result = [];
        FieldReader fields = new(_model.Bytes, Extent);
        while (fields.Next())
        {
            if (fields.Tag == ContentTag(AttributeProto.SFieldNumber) || fields.Tag == ContentTag(AttributeProto.StringsFieldNumber))
                result.Add(fields.GetText());
        }

        return [.. result];
    }
}
