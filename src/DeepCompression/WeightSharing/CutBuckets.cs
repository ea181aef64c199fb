namespace DeepCompression.WeightSharing;

/// <summary>
/// The places that each cut between two centroids can still have: a window of the list of buckets for every cut. A bucket is the range
/// <c>Left[b] .. Right[b]</c> of ranks that a cut may have; it is a single place where both are equal. Both ascend.
/// </summary>
internal sealed class CutBuckets
{
    private CutBuckets(int[] left, int[] right, (int Start, int End)[] windows) => (Left, Right, Windows) = (left, right, windows);

    public int[] Left { get; }

    public int[] Right { get; }

    /// <summary>For every cut, its first bucket and the one after its last.</summary>
    public (int Start, int End)[] Windows { get; }

    /// <summary>The number of (cut, bucket) pairs.</summary>
    public long States => Windows.Sum(window => (long)window.End - window.Start);

    /// <summary>
    /// The runs that end at the given ranks, each in <paramref name="parts"/> buckets: about as fine as a good clustering everywhere.
    /// All are possible for every cut.
    /// </summary>
    public static CutBuckets Initial(SortedWeights weights, int cuts, ReadOnlySpan<int> ends, int parts)
    {
        Builder builder = new(weights);
        int start = 0;
        foreach (int end in ends)
        {
            if (end > start)
                builder.Add(start, end, parts);
            start = end;
        }

        var windows = new (int Start, int End)[cuts];
        Array.Fill(windows, (0, builder.Count));
        return builder.Build(windows);
    }

    /// <summary>
    /// Without the impossible buckets, and the others in smaller parts; null if nothing is left to split.
    /// <paramref name="possible"/> has, for every cut, one flag a bucket of its window.
    /// </summary>
    public CutBuckets? Refine(SortedWeights weights, bool[][] possible, int parts)
    {
        bool[] any = new bool[Left.Length];
        var hulls = new (int First, int Last)[Windows.Length];
        for (int cut = 0; cut < Windows.Length; cut++)
        {
            int first = Array.IndexOf(possible[cut], true);
            if (first < 0)
                return null; // only where sums overflow: then there is nothing to choose by
            hulls[cut] = (first + Windows[cut].Start, Array.LastIndexOf(possible[cut], true) + Windows[cut].Start);
            for (int i = 0; i < possible[cut].Length; i++)
                any[Windows[cut].Start + i] |= possible[cut][i];
        }

        bool split = false;
        Builder builder = new(weights);
        int[] starts = new int[Left.Length + 1]; // first new bucket of every old one
        for (int i = 0; i < Left.Length; i++)
        {
            starts[i] = builder.Count;
            if (any[i])
            {
                split |= Left[i] != Right[i];
                builder.Add(Left[i], Right[i], parts);
            }
        }

        starts[^1] = builder.Count;
        return split ? builder.Build(Array.ConvertAll(hulls, hull => (starts[hull.First], starts[hull.Last + 1]))) : null;
    }

    private sealed class Builder(SortedWeights weights)
    {
        private readonly List<int> _left = [], _right = [];

        public int Count => _left.Count;

        public CutBuckets Build((int Start, int End)[] windows) => new([.. _left], [.. _right], windows);

        /// <summary>
        /// Splits a range of ranks into parts. Cuts never part equal weights: a part of equal weights has two single places, its ends.
        /// A single place beside a part with inner places is left out, since that part's bound holds for it too.
        /// </summary>
        public void Add(int left, int right, int parts)
        {
            if (left == right)
            {
                AddBucket(left, left);
                return;
            }

            bool single = true; // whether the part before has no inner place
            for (int part = 1, start = left; start < right; part++)
            {
                int end = (int)Math.Max(start + 1, left + (long)(right - left) * part / parts);
                end = Math.Min(right, weights.EndOfRun(Math.Min(end, right)));
                bool inner = weights[start] != weights[end - 1];
                if (single && !inner)
                    AddBucket(start, start);
                if (inner)
                    AddBucket(start, end);
                (start, single) = (end, !inner);
            }

            if (single)
                AddBucket(right, right);
        }

        private void AddBucket(int left, int right)
        {
            if (Count > 0 && _left[^1] == left && _right[^1] == right)
                return;
            _left.Add(left);
            _right.Add(right);
        }
    }
}
