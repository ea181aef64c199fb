namespace DeepCompression.WeightSharing;

/// <summary>
/// Lower bounds of the distortion of every clustering with a given cut in a given bucket, by dynamic programming from both ends.
/// Each layer is a divide and conquer over rows whose best columns ascend, since the cost of runs has the Monge property.
/// </summary>
internal sealed class CutBounds
{
    private readonly CutBuckets _buckets;
    private readonly Moments[] _atLeft, _atRight;
    private readonly double[][] _before, _after; // a cut: the cost of all weights left (right) of each bucket of its window
    private readonly int[][] _previous; // a cut: the bucket of the cut before it on the best way to each bucket

    private CutBounds(SortedWeights weights, CutBuckets buckets)
    {
        int cuts = buckets.Windows.Length;
        _buckets = buckets;
        _atLeft = Array.ConvertAll(buckets.Left, weights.MomentsOf);
        _atRight = Array.ConvertAll(buckets.Right, weights.MomentsOf);
        (_before, _after, _previous) = (new double[cuts][], new double[cuts][], new int[cuts][]);
    }

    /// <summary>No clustering has a smaller distortion.</summary>
    public double Lower { get; private set; }

    public static CutBounds Compute(SortedWeights weights, CutBuckets buckets)
    {
        CutBounds bounds = new(weights, buckets);
        Parallel.Invoke(bounds.SweepUp, () => bounds.SweepDown(weights.MomentsOf(weights.Count)));
        double lower = double.PositiveInfinity;
        for (int i = 0; i < bounds._before[^1].Length; i++)
            lower = Math.Min(lower, bounds._before[^1][i] + bounds._after[^1][i]);
        bounds.Lower = lower;
        return bounds;
    }

    /// <summary>For every cut, which buckets of its window have a bound of at most <paramref name="upper"/>.</summary>
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
        int[] ends = new int[_before.Length + 1];
        ends[^1] = weights.Count;
        int bucket = -1;
        for (int cut = _before.Length - 1; cut >= 0; cut--)
        {
            if (bucket < 0)
            {
                double[] sums = [.. _before[cut].Zip(_after[cut], (before, after) => before + after)];
                bucket = _buckets.Windows[cut].Start + Array.IndexOf(sums, sums.Min());
            }

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
            _before[cut] = new double[end - start];
            _previous[cut] = new int[end - start];
            if (cut > 0)
            {
                FillUp(cut, start, end, _buckets.Windows[cut - 1].Start, _buckets.Windows[cut - 1].End - 1);
                continue;
            }

            for (int row = start; row < end; row++)
                _before[0][row - start] = _atLeft[row].SquaredError;
        }
    }

    private void SweepDown(Moments all)
    {
        for (int cut = _after.Length - 1; cut >= 0; cut--)
        {
            (int start, int end) = _buckets.Windows[cut];
            _after[cut] = new double[end - start];
            if (cut + 1 < _after.Length)
            {
                FillDown(cut, start, end, _buckets.Windows[cut + 1].Start, _buckets.Windows[cut + 1].End - 1);
                continue;
            }

            for (int row = start; row < end; row++)
                _after[cut][row - start] = (all - _atRight[row]).SquaredError;
        }
    }

    /// <summary>Rows start .. end of a cut; the best bucket of the cut before is among first .. last.</summary>
    private void FillUp(int cut, int start, int end, int first, int last)
    {
        while (start < end)
        {
            int row = start + (end - start) / 2, best = first;
            double least = double.PositiveInfinity;
            Moments until = _atLeft[row];
            double[] costs = _before[cut - 1];
            int offset = _buckets.Windows[cut - 1].Start;
            for (int column = first; column <= last; column++)
            {
                double cost = costs[column - offset] + (until - _atRight[column]).SquaredError;
                if (cost < least)
                    (least, best) = (cost, column);
            }

            _before[cut][row - _buckets.Windows[cut].Start] = least;
            _previous[cut][row - _buckets.Windows[cut].Start] = best;
            FillUp(cut, start, row, first, best);
            (start, first) = (row + 1, best);
        }
    }

    /// <summary>Rows start .. end of a cut; the best bucket of the cut after is among first .. last.</summary>
    private void FillDown(int cut, int start, int end, int first, int last)
    {
        while (start < end)
        {
            int row = start + (end - start) / 2, best = first;
            double least = double.PositiveInfinity;
            Moments from = _atRight[row];
            double[] costs = _after[cut + 1];
            int offset = _buckets.Windows[cut + 1].Start;
            for (int column = first; column <= last; column++)
            {
                double cost = costs[column - offset] + (_atLeft[column] - from).SquaredError;
                if (cost < least)
                    (least, best) = (cost, column);
            }

            _after[cut][row - _buckets.Windows[cut].Start] = least;
            FillDown(cut, start, row, first, best);
            (start, first) = (row + 1, best);
        }
    }
}
