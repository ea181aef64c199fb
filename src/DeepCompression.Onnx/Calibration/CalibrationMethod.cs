namespace DeepCompression.Onnx;

/// <summary>How the range of an activation follows from what was observed.</summary>
public enum CalibrationMethod
{
    /// <summary>From the lowest to the highest value.</summary>
    MinMax,

    /// <summary>The magnitude that all but a small share stay below, <see cref="Calibrator.Percentile"/>, on both sides.</summary>
    Percentile,

    /// <summary>The magnitude at which clipping and rounding together lose the least information (Kullback-Leibler divergence), on both sides.</summary>
    Entropy,
}
