namespace DeepCompression.Onnx;

/// <summary>The range of an activation that its integers cover.</summary>
/// <param name="Min">The lowest value.</param>
/// <param name="Max">The highest value.</param>
public readonly record struct ActivationRange(float Min, float Max)
{
    /// <summary>Scale and zero point of unsigned 8-bit integers: <c>x = (q - zero) * scale</c>. Zero is always representable.</summary>
    /// <returns>The scale, and the integer that means zero.</returns>
    public (float Scale, byte Zero) ToUInt8()
    {
        float min = Math.Min(Min, 0), max = Math.Max(Max, 0);
        float scale = (max - min) / byte.MaxValue;
        return scale > 0 && float.IsFinite(scale) ? (scale, (byte)Math.Clamp(MathF.Round(-min / scale), 0, byte.MaxValue)) : (1, 0);
    }
}
