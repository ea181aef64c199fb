using DeepCompression.Onnx;

namespace MLNet.DeepCompression;

/// <summary>
/// Static quantization (QDQ): Conv, Gemm and MatMul compute with 8-bit integers, whose ranges are measured on the pipeline's data.
/// No label is needed.
/// </summary>
public sealed record QuantizationOptions
{
    /// <summary>The rows that are read, from the first on; less where there are less. Default: 128.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public int Rows
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 128;

    /// <summary>How a range follows from what was seen. Default: from the lowest to the highest value.</summary>
    public CalibrationMethod Method { get; init; } = CalibrationMethod.MinMax;

    /// <summary>The share of values that <see cref="CalibrationMethod.Percentile"/> covers, 0..1. Default: 0.9999.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The share is not above 0, or more than 1.</exception>
    public double Percentile
    {
        get;
        init
        {
            if (!(value > 0 && value <= 1))
                throw new ArgumentOutOfRangeException(nameof(value), value, "A share is above 0 and at most 1.");
            field = value;
        }
    } = 0.9999;
}
