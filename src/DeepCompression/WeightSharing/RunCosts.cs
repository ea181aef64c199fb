using System.Numerics;

namespace DeepCompression.WeightSharing;

/// <summary>The moments up to many places, laid out so that the cost of the runs from all of them to another one is a vector loop. A place can be a
/// range of ranks: its weights then count half.</summary>
internal sealed class RunCosts
{
    private const int Strip = 1 << 12; // ranks a task

    private readonly double[] _counts, _sums, _squares;

    public RunCosts(SortedWeights weights, int[] left, int[] right)
    {
        (_counts, _sums, _squares) = (new double[left.Length], new double[left.Length], new double[left.Length]);
        WorkSharing.ForEach((left.Length + Strip - 1) / Strip, -1, strip =>
        {
            for (int i = strip * Strip; i < Math.Min(left.Length, (strip + 1) * Strip); i++)
            {
                Moments from = weights.MomentsOf(left[i]), to = left[i] == right[i] ? from : weights.MomentsOf(right[i]);
                (_counts[i], _sums[i], _squares[i]) = ((from.Count + to.Count) / 2, (from.Sum + to.Sum) / 2, (from.Squares + to.Squares) / 2);
            }
        });
    }

    public Moments this[int index] => new(_counts[index], _sums[index], _squares[index]);

    /// <summary>
    /// The least of <c>costs[i] + squared error of the run between place i and the end</c> for the i from <paramref name="first"/> on
    /// that have costs, and the first i that has it. Runs reach up to the end (direction 1) or down to it (-1); one that would
    /// reach the other way is empty.
    /// </summary>
    public (double Cost, int Index) Least(int first, Moments end, int direction, ReadOnlySpan<double> costs)
    {
        ReadOnlySpan<double> counts = _counts.AsSpan(first, costs.Length), sums = _sums.AsSpan(first, costs.Length), squares = _squares.AsSpan(first, costs.Length);
        double least = double.PositiveInfinity;
        int index = 0, i = 0;
        if (costs.Length >= 2 * Vector<double>.Count)
        {
            Vector<double> count = new(end.Count), sum = new(end.Sum), square = new(end.Squares), sign = new(direction);
            Vector<double> bestCost = new(double.PositiveInfinity), bestIndex = Vector<double>.Zero;
            Vector<double> lane = Vector.ConvertToDouble(Vector<long>.Indices), step = new(Vector<double>.Count);
            for (; i + Vector<double>.Count <= costs.Length; i += Vector<double>.Count)
            {
                // The signs of count and squares depend on the direction, that of the squared sum does not.
                Vector<double> n = (count - new Vector<double>(counts[i..])) * sign, s = sum - new Vector<double>(sums[i..]);
                Vector<double> error = Vector.Max(Vector<double>.Zero, (square - new Vector<double>(squares[i..])) * sign - s * s / n);
                Vector<double> cost = new Vector<double>(costs[i..]) + Vector.ConditionalSelect(Vector.GreaterThan(n, Vector<double>.Zero), error, Vector<double>.Zero);
                Vector<long> lower = Vector.LessThan(cost, bestCost);
                bestCost = Vector.ConditionalSelect(lower, cost, bestCost);
                bestIndex = Vector.ConditionalSelect(lower, lane, bestIndex);
                lane += step;
            }

            for (int j = 0; j < Vector<double>.Count; j++)
            {
                if (bestCost[j] < least || (bestCost[j] == least && (int)bestIndex[j] < index))
                    (least, index) = (bestCost[j], (int)bestIndex[j]);
            }
        }

        for (; i < costs.Length; i++)
        {
            Moments start = new(counts[i], sums[i], squares[i]);
            double cost = costs[i] + (direction > 0 ? end - start : start - end).SquaredError;
            if (cost < least)
                (least, index) = (cost, i);
        }

        return (least, first + index);
    }
}
