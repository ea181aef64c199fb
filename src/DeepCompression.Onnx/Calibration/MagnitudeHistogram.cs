namespace DeepCompression.Onnx;

/// <summary>A histogram of magnitudes whose range doubles when a larger one comes.</summary>
internal sealed class MagnitudeHistogram
{
    public const int Bins = 2048;
    private const double Unseen = 0.01; // the count of a value that only clipping puts there
    private const int Levels = 128; // magnitudes that 8-bit integers have

    private readonly long[] _counts = new long[Bins];
    private float _limit;

    public float Min { get; private set; } = float.PositiveInfinity;

    public float Max { get; private set; } = float.NegativeInfinity;

    /// <summary>Counts values. NaN and infinities are left out.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                continue;
            (Min, Max) = (Math.Min(Min, value), Math.Max(Max, value));
            float magnitude = Math.Abs(value);
            if (magnitude > _limit)
                Grow(magnitude);
            _counts[_limit == 0 ? 0 : Math.Min(Bins - 1, (int)(magnitude / _limit * Bins))]++;
        }
    }

    /// <summary>The magnitude that a share of all values, 0..1, does not exceed; to the upper edge of a bin.</summary>
    public float Quantile(double share)
    {
        long below = 0, total = _counts.Sum();
        for (int bin = 0; bin < Bins; bin++)
        {
            below += _counts[bin];
            if (below >= share * total)
                return EdgeAfter(bin);
        }

        return _limit;
    }

    /// <summary>The magnitude at which clipping loses the least information.</summary>
    public float LeastDivergence()
    {
        (double best, int chosen) = (double.PositiveInfinity, Bins);
        for (int bins = Levels; bins <= Bins; bins += Levels / 8)
        {
            double divergence = Divergence(bins);
            if (divergence < best)
                (best, chosen) = (divergence, bins);
        }

        return EdgeAfter(chosen - 1);
    }

    private float EdgeAfter(int bin) => _limit * (bin + 1) / Bins;

    private void Grow(float magnitude)
    {
        if (_limit == 0)
        {
            // All so far were zero and stay in the first bin.
            _limit = magnitude;
            return;
        }

        while (_limit < magnitude)
        {
            for (int bin = 0; bin < Bins; bin++)
                _counts[bin] = bin < Bins / 2 ? _counts[2 * bin] + _counts[(2 * bin) + 1] : 0;
            _limit *= 2;
        }
    }

    // The reference keeps the first bins and puts all beyond into the last; the candidate spreads each level evenly over its non-empty bins.
    private double Divergence(int bins)
    {
        // Integers represent zero exactly, so the many zeros behind a Relu say nothing about the range: their bin counts like its neighbour.
        double[] counts = [_counts[1], .. _counts[1..]], reference = new double[bins], candidate = new double[bins];
        for (int bin = 0; bin < Bins; bin++)
            reference[Math.Min(bin, bins - 1)] += counts[bin];
        for (int level = 0; level < Levels; level++)
        {
            int start = level * bins / Levels, end = (level + 1) * bins / Levels;
            double sum = 0;
            int filled = 0;
            for (int bin = start; bin < end; bin++)
            {
                sum += counts[bin];
                filled += reference[bin] > 0 ? 1 : 0;
            }

            for (int bin = start; bin < end; bin++)
                candidate[bin] = reference[bin] > 0 ? Math.Max(sum / filled, Unseen) : 0;
        }

        double total = reference.Sum(), other = candidate.Sum(), divergence = 0;
        for (int bin = 0; bin < bins; bin++)
        {
            if (reference[bin] == 0)
                continue;
            divergence += reference[bin] / total * Math.Log(reference[bin] / total / (candidate[bin] / other));
        }

        return divergence;
    }
}
