namespace DeepCompression.Onnx;

/// <summary>
/// Collects the activations of a model on calibration data and says which ranges their integers should cover. Whoever runs the model calls
/// <see cref="Observe"/>; this class knows no runtime.
/// </summary>
public sealed class Calibrator
{
    private readonly Dictionary<string, MagnitudeHistogram> _histograms = [];

    /// <summary>The share of values that <see cref="CalibrationMethod.Percentile"/> covers, 0..1. Default 0.9999.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0, or more than 1.</exception>
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

    /// <summary>Takes in one activation of one run.</summary>
    /// <param name="name">The name of the value.</param>
    /// <param name="values">Its elements; NaN and infinities are not counted.</param>
    public void Observe(string name, ReadOnlySpan<float> values)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_histograms.TryGetValue(name, out MagnitudeHistogram? histogram))
            _histograms[name] = histogram = new MagnitudeHistogram();
        histogram.Add(values);
    }

    /// <summary>The ranges of all values that were observed.</summary>
    /// <param name="method">How a range is chosen.</param>
    /// <returns>A range a name; none for a value of which no finite element was seen.</returns>
    public IReadOnlyDictionary<string, ActivationRange> GetRanges(CalibrationMethod method) => _histograms
        .Where(pair => pair.Value.Min <= pair.Value.Max)
        .ToDictionary(pair => pair.Key, pair => GetRange(pair.Value, method));

    private ActivationRange GetRange(MagnitudeHistogram histogram, CalibrationMethod method)
    {
        float limit = method switch
        {
            CalibrationMethod.Percentile => histogram.Quantile(Percentile),
            CalibrationMethod.Entropy => histogram.LeastDivergence(),
            _ => float.PositiveInfinity,
        };
        return new ActivationRange(Math.Max(histogram.Min, -limit), Math.Min(histogram.Max, limit));
    }
}
