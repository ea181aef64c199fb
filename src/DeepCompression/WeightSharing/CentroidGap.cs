namespace DeepCompression.WeightSharing;

/// <summary>
/// How far apart two neighbouring centroids of an optimal clustering can be. All weights between them belong to one of the two, and a
/// wide gap full of weights would alone cost more than a clustering that is known.
/// </summary>
internal static class CentroidGap
{
    private const int Steps = 40; // halvings of the search
    private const double Precision = 0.01; // of the gap: what it is too wide by loosens a bound by as much

    /// <summary>The widest gap whose middle is from <paramref name="low"/> to <paramref name="high"/> and that costs at most <paramref name="upper"/>.</summary>
    public static double Widest(SortedWeights weights, double low, double high, double upper)
    {
        double narrow = 0, wide = weights[weights.Count - 1] - weights[0];
        for (int step = 0; step < Steps && wide - narrow > Precision * wide; step++)
        {
            double middle = narrow + (wide - narrow) / 2;
            if (Cost(weights, low, high, middle) > upper)
                wide = middle;
            else
                narrow = middle;
        }

        return wide;
    }

    /// <summary>The least cost of the weights in the gap, wherever its middle is: those between low and high are left out.</summary>
    private static double Cost(SortedWeights weights, double low, double high, double gap)
    {
        double lower = high - gap / 2, upper = low + gap / 2;
        return (lower < low ? CostOf(weights, lower, low, lower) : 0) + (upper > high ? CostOf(weights, high, upper, upper) : 0);
    }

    private static double CostOf(SortedWeights weights, double from, double to, double centroid) =>
        (weights.MomentsOf(weights.CountBelow(to)) - weights.MomentsOf(weights.CountBelow(from))).SquaredErrorFrom(centroid - weights.Shift);
}
