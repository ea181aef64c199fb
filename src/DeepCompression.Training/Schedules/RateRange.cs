using System.Runtime.CompilerServices;

namespace DeepCompression.Training.Schedules;

internal static class RateRange
{
    internal static double Check(double rate, [CallerArgumentExpression(nameof(rate))] string? name = null) =>
        double.IsFinite(rate) && rate >= 0 ? rate : throw new ArgumentOutOfRangeException(name, rate, "A learning rate is a finite number of at least 0.");
}
