namespace DeepCompression.Onnx;

/// <summary>An int8 weight with a scale an output channel.</summary>
/// <param name="Values">An integer an element, row-major.</param>
/// <param name="Scales">A scale a channel.</param>
/// <param name="Axis">The dimension of the channels.</param>
internal sealed record WeightScales(sbyte[] Values, float[] Scales, int Axis)
{
    /// <summary>Quantizes a weight, or gives null where an element is not finite.</summary>
    public static WeightScales? Quantize(Weight weight)
    {
        float[] values = WeightValues.ToSingle(weight.ElementType, weight.Read().Span);
        if (values.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            return null;
        int axis = WeightLayout.OutputAxisOf(weight);
        (int outer, int channels, int inner) = WeightLayout.Split(weight.Shape, axis);
        (sbyte[] quantized, float[] scales) = new GroupQuantizer(outer, channels, inner, 1, true).Quantize(values, 127);
        return new WeightScales(quantized, scales, axis);
    }
}
