namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>
/// Chooses one candidate a weight so that the sum of sizes is small and the sum of squared errors stays within a limit: for a price
/// of error, each weight takes the candidate with the smallest size + price x error, and the price is found by bisection. What is left
/// of the limit then goes to single weights, those first that save most by what they add.
/// Errors of different weights are taken to be independent, so that their squares add up.
/// </summary>
internal static class BudgetAllocator
{
    private const int Bisections = 100;

    /// <summary>Chooses.</summary>
    /// <param name="curves">The candidates of each weight; the first of each changes nothing.</param>
    /// <param name="sensitivities">What a unit of distortion of each weight adds to the squared error of the outputs.</param>
    /// <param name="squaredError">The limit.</param>
    /// <returns>The index of the chosen candidate of each weight.</returns>
    public static int[] Allocate(IReadOnlyList<IReadOnlyList<WeightCandidate>> curves, IReadOnlyList<double> sensitivities, double squaredError)
    {
        // The price in bytes a unit of squared error, on a logarithmic scale.
        double low = -60, high = 120;
        int[] cheapest = Choose(curves, sensitivities, double.Exp2(low));
        if (SquaredError(curves, sensitivities, cheapest) <= squaredError)
            return cheapest;

        int[] best = new int[curves.Count];
        for (int i = 0; i < Bisections; i++)
        {
            double middle = (low + high) / 2;
            int[] chosen = Choose(curves, sensitivities, double.Exp2(middle));
            if (SquaredError(curves, sensitivities, chosen) <= squaredError)
            {
                best = chosen;
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        Fill(curves, sensitivities, squaredError, best);
        return best;
    }

    // Candidates of a weight that are best at no price can still fit.
    private static void Fill(IReadOnlyList<IReadOnlyList<WeightCandidate>> curves, IReadOnlyList<double> sensitivities, double squaredError, int[] chosen)
    {
        while (true)
        {
            double left = squaredError - SquaredError(curves, sensitivities, chosen);
            (int weight, int candidate, double most) = (0, 0, 0);
            for (int i = 0; i < chosen.Length; i++)
            {
                WeightCandidate current = curves[i][chosen[i]];
                for (int c = 0; c < curves[i].Count; c++)
                {
                    long saved = current.Bytes - curves[i][c].Bytes;
                    double added = sensitivities[i] * (curves[i][c].Distortion - current.Distortion);
                    if (saved > 0 && added <= left && saved > most * Math.Max(added, double.Epsilon))
                        (weight, candidate, most) = (i, c, saved / Math.Max(added, double.Epsilon));
                }
            }

            if (most == 0)
                return;
            chosen[weight] = candidate;
        }
    }

    /// <summary>The squared error that is expected of a choice.</summary>
    public static double SquaredError(IReadOnlyList<IReadOnlyList<WeightCandidate>> curves, IReadOnlyList<double> sensitivities, int[] chosen)
    {
        double sum = 0;
        for (int i = 0; i < chosen.Length; i++)
            sum += sensitivities[i] * curves[i][chosen[i]].Distortion;
        return sum;
    }

    private static int[] Choose(IReadOnlyList<IReadOnlyList<WeightCandidate>> curves, IReadOnlyList<double> sensitivities, double price)
    {
        var chosen = new int[curves.Count];
        for (int i = 0; i < chosen.Length; i++)
        {
            double least = double.PositiveInfinity;
            for (int c = 0; c < curves[i].Count; c++)
            {
                double cost = curves[i][c].Bytes + (price * sensitivities[i] * curves[i][c].Distortion);
                if (cost < least)
                    (least, chosen[i]) = (cost, c);
            }
        }

        return chosen;
    }
}
