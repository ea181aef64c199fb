using DeepCompression.Onnx.Schema;

namespace DeepCompression.Onnx;

/// <summary>float16 storage and a Cast back to the weight's type. Values are rounded to nearest even.</summary>
internal static class Float16Form
{
    private const float MaxHalf = 65504;

    /// <summary>Replaces a weight.</summary>
    /// <returns>The reason why not, or null.</returns>
    public static string? Replace(Weight weight, CompressedTensor tensor)
    {
        if (tensor.ElementType.GetSize() == 2)
            return $"{tensor.ElementType} has 16 bits already";

        float[] values = DenseValues.ToSingle(tensor);
        if (values.FirstOrDefault(value => float.IsFinite(value) && Math.Abs(value) >= MaxHalf + 16) is var large && large != 0)
            return $"{large} is beyond the range of float16";
        byte[] halves = new byte[values.Length * 2];
        WeightValues.FromSingle(ElementType.Float16, values, halves);
        var cast = new NodeProto { OpType = "Cast" };
        cast.Attribute.Add(new AttributeProto { Name = "to", I = (int)tensor.ElementType, Type = AttributeProto.Types.AttributeType.Int });
        DenseReplacement.Replace(weight, cast, new NodeInput("half", (int)ElementType.Float16, tensor.Shape.Dimensions.ToArray(), halves));
        return null;
    }
}
