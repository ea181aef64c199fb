namespace DeepCompression.WeightSharing;

/// <summary>Count, sum and sum of squares of the first weights in order, each less a common shift.</summary>
internal readonly record struct Moments(double Count, double Sum, double Squares)
{
    public static Moments operator -(Moments end, Moments start) =>
        new(end.Count - start.Count, end.Sum - start.Sum, end.Squares - start.Squares);

    /// <summary>The sum of squared distances from the mean; 0 without weights.</summary>
    public double SquaredError => Count <= 0 ? 0 : Math.Max(0, Squares - Sum * Sum / Count);

    /// <summary>The sum of squared distances from a point, which is less the shift too.</summary>
    public double SquaredErrorFrom(double point) => Count <= 0 ? 0 : Math.Max(0, Squares - 2 * point * Sum + Count * point * point);
}
