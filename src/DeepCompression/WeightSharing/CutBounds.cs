namespace DeepCompression.WeightSharing;

/// <summary>
/// Lower bounds of the distortion of the best clustering with a given cut in a given place or bucket, by dynamic programming from both ends.
/// Each layer is a divide and conquer over rows whose best columns ascend, since the cost of runs has the Monge property.
/// </summary>
internal sealed class CutBounds
{
    private readonly CutBuckets _buckets;
    private readonly RunCosts _places; // a bucket counts half to either side
    private readonly double[][] _before; // a cut: the cost of all weights before each entry of its window, less the entry's penalty
    private readonly double[][] _after; // a cut: the cost of all weights after each entry of its window
    private readonly int[][] _previous; // a cut: the entry of the cut before it on the best way to each entry
    private readonly double[][] _penalties;

    private CutBounds(SortedWeights weights, CutBuckets buckets)
    {
        int cuts = buckets.Windows.Length;
        _buckets = buckets;
        _places = new RunCosts(weights, buckets.Left, buckets.Right);
        (_before, _after, _previous) = (new double[cuts][], new double[cuts][], new int[cuts][]);
        _penalties = CutPenalties.Compute(weights, buckets);
    }

    /// <summary>No clustering has a smaller distortion.</summary>
    public double Lower { get; private set; }

    public static CutBounds Compute(SortedWeights weights, CutBuckets buckets)
    {
        CutBounds bounds = new(weights, buckets);
        WorkSharing.ForEach(2, buckets.IsSmall ? 1 : -1, sweep =>
        {
            if (sweep == 0)
                bounds.SweepUp();
            else
                bounds.SweepDown(weights.MomentsOf(weights.Count));
        });
        double lower = double.PositiveInfinity;
        for (int i = 0; i < bounds._before[^1].Length; i++)
            lower = Math.Min(lower, bounds._before[^1][i] + bounds._after[^1][i]);
        bounds.Lower = lower;
        return bounds;
    }

    /// <summary>For every cut, which entries of its window have a bound of at most <paramref name="upper"/>.</summary>
    public bool[][] IsPossible(double upper)
    {
        bool[][] possible = new bool[_before.Length][];
        for (int cut = 0; cut < possible.Length; cut++)
        {
            double[] before = _before[cut], after = _after[cut];
            bool[] own = possible[cut] = new bool[before.Length];
            for (int i = 0; i < own.Length; i++)
                own[i] = before[i] + after[i] <= upper;
        }

        return possible;
    }

    /// <summary>The means of the runs between the cuts of the best path, each cut in the middle of its bucket.</summary>
    public double[] CentroidsOfBestPath(SortedWeights weights)
    {
        double[] sums = [.. _before[^1].Zip(_after[^1], (before, after) => before + after)];
        int[] ends = new int[_before.Length + 1];
        ends[^1] = weights.Count;
        int bucket = _buckets.Windows[^1].Start + Array.IndexOf(sums, sums.Min());
        for (int cut = _before.Length - 1; cut >= 0; cut--)
        {
            ends[cut] = _buckets.Left[bucket] + (_buckets.Right[bucket] - _buckets.Left[bucket]) / 2;
            bucket = _previous[cut][bucket - _buckets.Windows[cut].Start];
        }

        Array.Sort(ends);
        double[] centroids = new double[ends.Length];
        for (int i = 0; i < centroids.Length; i++)
            centroids[i] = weights[Math.Max(0, ends[i] - 1)]; // stays only where no weight is left for it
        Lloyd.MoveToMeans(weights, ends, centroids);
        Array.Sort(centroids);
        return centroids;
    }

    private void SweepUp()
    {
        for (int cut = 0; cut < _before.Length; cut++)
        {
            (int start, int end) = _buckets.Windows[cut];
            double[] costs = _before[cut] = new double[end - start];
            int[] previous = _previous[cut] = new int[end - start];
            if (cut == 0)
            {
                for (int row = start; row < end; row++)
                    costs[row - start] = _places[row].SquaredError;
            }
            else
            {
                (int first, int last) = _buckets.Windows[cut - 1];
                Layer layer = new(_places, +1, _before[cut - 1], first, costs, previous, start);
                layer.Fill(start, end, first, last - 1);
            }

            for (int i = 0; i < costs.Length; i++)
                costs[i] -= _penalties[cut][i];
        }
    }

    private void SweepDown(Moments all)
    {
        for (int cut = _after.Length - 1; cut >= 0; cut--)
        {
            (int start, int end) = _buckets.Windows[cut];
            double[] costs = _after[cut] = new double[end - start];
            if (cut + 1 < _after.Length)
            {
                (int first, int last) = _buckets.Windows[cut + 1];
                double[] next = [.. _after[cut + 1].Zip(_penalties[cut + 1], (after, penalty) => after - penalty)];
                Layer layer = new(_places, -1, next, first, costs, new int[costs.Length], start);
                layer.Fill(start, end, first, last - 1);
                continue;
            }

            for (int row = start; row < end; row++)
                costs[row - start] = (all - _places[row]).SquaredError;
        }
    }

    /// <summary>The best columns of the rows of one cut; columns are the entries of the cut before (or after, in the other direction).</summary>
    private readonly struct Layer(RunCosts places, int direction, double[] columnCosts, int columnOffset, double[] costs, int[] best, int rowOffset)
    {
        /// <summary>Fills rows start .. end, whose best columns are among first .. last.</summary>
        public void Fill(int start, int end, int first, int last)
        {
            while (start < end)
            {
                int row = start + (end - start) / 2;
                (costs[row - rowOffset], int column) = places.Least(first, places[row], direction, columnCosts.AsSpan(first - columnOffset, last - first + 1));
                best[row - rowOffset] = column;
                Fill(start, row, first, column);
                (start, first) = (row + 1, column);
            }
        }
    }
}
