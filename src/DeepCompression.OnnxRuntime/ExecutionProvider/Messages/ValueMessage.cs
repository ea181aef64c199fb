using DeepCompression.Onnx.Schema;
using static DeepCompression.OnnxRuntime.Messages.FieldReader;

namespace DeepCompression.OnnxRuntime.Messages;

/// <summary>What a graph says about a value: its name and, if it is a tensor, its shape.</summary>
internal sealed class ValueMessage
{
    public ValueMessage(ModelMessage model, Extent extent)
    {
        FieldReader fields = new(model.Bytes, extent);
        while (fields.Next())
        {
            if (fields.Tag == ContentTag(ValueInfoProto.NameFieldNumber))
                Name = fields.GetText();
            else if (fields.Tag == ContentTag(ValueInfoProto.TypeFieldNumber) && Find(model, fields.Content, TypeProto.TensorTypeFieldNumber) is Extent tensor && Find(model, tensor, TypeProto.Types.Tensor.ShapeFieldNumber) is Extent shape)
                Shape = ReadShape(model, shape);
        }
    }

    public string Name { get; } = "";

    /// <summary>The dimensions, -1 where one is not said; null where not even the rank is.</summary>
    public long[]? Shape { get; }

    private static long[] ReadShape(ModelMessage model, Extent shape)
    {
        NumberList dimensions = new();
        FieldReader fields = new(model.Bytes, shape);
        while (fields.Next())
        {
            if (fields.Tag != ContentTag(TensorShapeProto.DimFieldNumber))
                continue;
            long size = -1;
            FieldReader dimension = new(model.Bytes, fields.Content);
            while (dimension.Next())
                size = dimension.Tag == NumberTag(TensorShapeProto.Types.Dimension.DimValueFieldNumber) && (long)dimension.Value > 0 ? (long)dimension.Value : -1;
            dimensions.Add(size);
        }

        return dimensions.ToArray();
    }

    private static Extent? Find(ModelMessage model, Extent message, int field)
    {
        Extent? found = null;
        FieldReader fields = new(model.Bytes, message);
        while (fields.Next())
            found = fields.Tag == ContentTag(field) ? fields.Content : found;
        return found;
    }
}
