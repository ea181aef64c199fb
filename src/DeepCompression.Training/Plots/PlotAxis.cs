using System.Globalization;

namespace DeepCompression.Training.Plots;

/// <summary>Maps values to places along an axis and chooses where its marks stand.</summary>
internal sealed class PlotAxis
{
    private const int WantedMarks = 6;

    private readonly bool _logarithmic;
    private readonly double _low;
    private readonly double _high;

    internal PlotAxis(IEnumerable<double> values, bool logarithmic, double? minimum = null, double? maximum = null)
    {
        double[] usable = [.. values.Where(v => double.IsFinite(v) && (!logarithmic || v > 0))];
        double low = minimum ?? (usable.Length > 0 ? usable.Min() : logarithmic ? 1 : 0);
        double high = maximum ?? (usable.Length > 0 ? usable.Max() : low + 1);
        _logarithmic = logarithmic;
        if (logarithmic)
        {
            (_low, _high) = (Math.Log10(low), Math.Log10(high));
            if (_high - _low < 1e-9)
                (_low, _high) = (_low - 0.5, _high + 0.5);
            Marks = LogarithmicMarks();
            return;
        }

        if (high - low < 1e-12 * Math.Max(1, Math.Abs(high)))
            (low, high) = (low - 0.5, high + 0.5);
        double step = NiceStep((high - low) / WantedMarks);
        _low = minimum ?? Math.Floor(low / step) * step;
        _high = maximum ?? Math.Ceiling(high / step) * step;
        List<double> marks = [];
        for (double i = Math.Ceiling(_low / step); i * step <= _high + (step * 1e-6); i++)
            marks.Add(i * step);
        Marks = marks;
    }

    /// <summary>The values that get a line and a number.</summary>
    internal IReadOnlyList<double> Marks { get; }

    /// <summary>The place of a value, 0 at the low end and 1 at the high end; null for a value that has none.</summary>
    internal double? Place(double value)
    {
        if (!double.IsFinite(value) || (_logarithmic && value <= 0))
            return null;
        return Math.Clamp(((_logarithmic ? Math.Log10(value) : value) - _low) / (_high - _low), 0, 1);
    }

    internal static string Format(double value) =>
        Math.Abs(value) < 1e-12 ? "0" : value.ToString(Math.Abs(value) is >= 1e6 or < 1e-4 ? "0.##e0" : "0.####", CultureInfo.InvariantCulture);

    private List<double> LogarithmicMarks()
    {
        // 1, 2 and 5 of every power of ten where there is room, else the powers alone.
        double[] digits = _high - _low <= 2.5 ? [1, 2, 5] : [1];
        List<double> marks = [];
        for (double power = Math.Floor(_low); power <= Math.Ceiling(_high); power++)
        {
            foreach (double digit in digits)
            {
                double exponent = power + Math.Log10(digit);
                if (exponent >= _low - 1e-9 && exponent <= _high + 1e-9)
                    marks.Add(digit * Math.Pow(10, power));
            }
        }

        return marks;
    }

    private static double NiceStep(double raw)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double digit = raw / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 2.5 ? 2.5 : digit <= 5 ? 5 : 10);
    }
}
