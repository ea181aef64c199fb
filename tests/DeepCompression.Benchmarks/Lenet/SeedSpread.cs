using System.Globalization;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>One figure measured with several seeds.</summary>
/// <param name="Values">The figure of every seed, in the order of the seeds.</param>
internal sealed record SeedSpread(IReadOnlyList<double> Values)
{
    public double Mean => Values.Average();

    /// <summary>The standard deviation of a sample; 0 for one seed.</summary>
    public double Deviation => Values.Count < 2 ? 0 : Math.Sqrt(Values.Sum(value => (value - Mean) * (value - Mean)) / (Values.Count - 1));

    /// <summary>The figures of all seeds and their standard deviation.</summary>
    /// <param name="digits">Digits behind the point.</param>
    public string ToText(int digits = 2)
    {
        string format = string.Create(CultureInfo.InvariantCulture, $"F{digits}");
        return $"{string.Join(", ", Values.Select(value => value.ToString(format, CultureInfo.InvariantCulture)))}; standard deviation {Deviation.ToString(format, CultureInfo.InvariantCulture)}";
    }
}
