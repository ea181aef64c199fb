using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using AttributeType = DeepCompression.Onnx.Schema.AttributeProto.Types.AttributeType;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx;

/// <summary>Integers and a DequantizeLinear (weight-only quantization): int8 or int4, a scale a tensor, channel or block.</summary>
internal static class DequantizeForm
{
    private const int ChannelOpset = 13; // axis
    private const int HalfScaleOpset = 19; // float16 scales
    private const int NarrowOpset = 21; // int4, block_size

    /// <summary>Replaces a weight.</summary>
    /// <returns>The reason why not, or null.</returns>
    public static string? Replace(Weight weight, CompressedTensor tensor, StandardOptions options)
    {
        bool narrow = options.Kind == StandardKind.Int4;
        QuantizationGranularity granularity = weight.Shape.Rank < 2 ? QuantizationGranularity.Tensor : options.Granularity;
        int opset = Math.Max(
            narrow || granularity == QuantizationGranularity.Block ? NarrowOpset : granularity == QuantizationGranularity.Channel ? ChannelOpset : 10,
            tensor.ElementType == ElementType.Float16 ? HalfScaleOpset : 0);
        if (tensor.ElementType is not (ElementType.Float32 or ElementType.Float16))
            return $"DequantizeLinear yields float32 or float16, not {tensor.ElementType}";
        float[] values = DenseValues.ToSingle(tensor);
        if (values.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            return "it has a NaN or an infinity";
        if (OpsetRaise.To(weight.Model.Proto, opset) is { } reason)
            return reason;

        int axis = granularity == QuantizationGranularity.Block ? WeightLayout.InputAxisOf(weight) : WeightLayout.OutputAxisOf(weight);
        GroupQuantizer quantizer = CreateQuantizer(tensor.Shape, granularity, axis, options.BlockSize);
        (sbyte[] quantized, float[] scales) = quantizer.Quantize(values, narrow ? 7 : 127);
        byte[] integers = narrow ? Nibbles.Pack(quantized, 0) : MemoryMarshal.AsBytes(quantized.AsSpan()).ToArray();
        byte[] storedScales = new byte[scales.Length * tensor.ElementType.GetSize()];
        WeightValues.FromSingle(tensor.ElementType, scales, storedScales);

        var node = new NodeProto { OpType = "DequantizeLinear" };
        long[] dimensions = tensor.Shape.Dimensions.ToArray(), scaleShape = [];
        if (granularity != QuantizationGranularity.Tensor)
        {
            node.Attribute.Add(new AttributeProto { Name = "axis", I = axis, Type = AttributeType.Int });
            scaleShape = [dimensions[axis]];
        }

        if (granularity == QuantizationGranularity.Block)
        {
            node.Attribute.Add(new AttributeProto { Name = "block_size", I = options.BlockSize, Type = AttributeType.Int });
            scaleShape = [.. dimensions];
            scaleShape[axis] = quantizer.Runs;
        }

        DenseReplacement.Replace(weight, node,
            new NodeInput("quantized", (int)(narrow ? DataType.Int4 : DataType.Int8), dimensions, integers),
            new NodeInput("scale", (int)tensor.ElementType, scaleShape, storedScales));
        return null;
    }

    private static GroupQuantizer CreateQuantizer(TensorShape shape, QuantizationGranularity granularity, int axis, int blockSize)
    {
        if (granularity == QuantizationGranularity.Tensor)
            return new GroupQuantizer(1, shape.Length, 1, shape.Length, true);
        (int outer, int length, int inner) = WeightLayout.Split(shape, axis);
        bool isChannel = granularity == QuantizationGranularity.Channel;
        return new GroupQuantizer(outer, length, inner, isChannel ? 1 : blockSize, isChannel);
    }
}
