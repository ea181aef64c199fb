namespace DeepCompression.WeightSharing;

/// <summary>
/// The places that each cut between two centroids can still have: for every cut a window of one list. An entry of the list is either a
/// single place (<c>Left == Right</c>: the cut is before the weight of that rank) or a bucket (the cut is somewhere between, at neither
/// end). Places and buckets ascend.
/// </summary>
internal sealed class CutBuckets
{
    private const long SmallStates = 1 << 16;

    private CutBuckets(int[] left, int[] right, double[] gap, (int Start, int End)[] windows) =>
        (Left, Right, Gap, Windows) = (left, right, gap, windows);

    public int[] Left { get; }

    public int[] Right { get; }

    /// <summary>For every bucket, what the centroids on both sides of an optimal cut in it are apart at most.</summary>
    public double[] Gap { get; }

    /// <summary>For every cut, its first entry and the one after its last.</summary>
    public (int Start, int End)[] Windows { get; }

    /// <summary>The number of (cut, entry) pairs.</summary>
    public long States => Windows.Sum(window => (long)window.End - window.Start);

    /// <summary>Whether there are so few that a task costs more than it saves.</summary>
    public bool IsSmall => States < SmallStates;

    /// <summary>The first rank that a cut can have; the cuts before the first and after the last are the ends of the weights.</summary>
    public int FirstRank(int cut, int count) => cut < 0 ? 0 : cut == Windows.Length ? count : Left[Windows[cut].Start];

    /// <summary>The last rank that a cut can have.</summary>
    public int LastRank(int cut, int count) => cut < 0 ? 0 : cut == Windows.Length ? count : Right[Windows[cut].End - 1];

    /// <summary>
    /// The runs of a good clustering, each in <paramref name="parts"/> buckets, all possible for every cut.
    /// <paramref name="upper"/> is that clustering's distortion.
    /// </summary>
    public static CutBuckets Initial(SortedWeights weights, ReadOnlySpan<int> ends, int parts, double upper)
    {
        Builder builder = new(weights);
        int start = 0;
        foreach (int end in ends)
        {
            builder.AddParts(start, end, parts, double.PositiveInfinity);
            builder.Add(end, end, 0);
            start = end;
        }

        var windows = new (int Start, int End)[ends.Length - 1];
        Array.Fill(windows, (0, builder.Count));
        CutBuckets buckets = builder.Build(windows);
        int[] wide = [.. Enumerable.Range(0, buckets.Gap.Length).Where(i => buckets.Left[i] != buckets.Right[i])];
        WorkSharing.ForEach(wide.Length, buckets.IsSmall ? 1 : -1, at =>
        {
            int i = wide[at];
            buckets.Gap[i] = CentroidGap.Widest(weights, weights[buckets.Left[i]], weights[buckets.Right[i] - 1], upper);
        });
        return buckets;
    }

    /// <summary>
    /// Without the impossible entries, and the possible buckets in smaller parts; null if there is no bucket left.
    /// <paramref name="possible"/> has, for every cut, one flag an entry of its window.
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
        int[] starts = new int[Left.Length + 1]; // first new entry of every old one
        for (int i = 0; i < Left.Length; i++)
        {
            starts[i] = builder.Count;
            if (any[i] && Left[i] == Right[i])
                builder.Add(Left[i], Left[i], 0);
            else if (any[i])
                builder.AddParts(Left[i], Right[i], parts, Gap[i]);
            split |= any[i] && Left[i] != Right[i];
        }

        starts[^1] = builder.Count;
        return split ? builder.Build(Array.ConvertAll(hulls, hull => (starts[hull.First], starts[hull.Last + 1]))) : null;
    }

    private sealed class Builder(SortedWeights weights)
    {
        private readonly List<int> _left = [], _right = [];
        private readonly List<double> _gap = [];

        public int Count => _left.Count;

        public CutBuckets Build((int Start, int End)[] windows) => new([.. _left], [.. _right], [.. _gap], windows);

        public void Add(int left, int right, double gap)
        {
            _left.Add(left);
            _right.Add(right);
            _gap.Add(gap);
        }

        /// <summary>Near <paramref name="end"/>, but not between equal weights, and before <paramref name="right"/> if that can be.</summary>
        private int EndOfPart(int start, int end, int right)
        {
            int after = Math.Min(right, weights.EndOfRun(end));
            if (after < right)
                return after;
            int before = weights.CountBelow(weights[end]);
            return before > start ? before : after;
        }

        /// <summary>
        /// Splits a run into buckets and the places between them, without the ends of the run. Cuts never part equal weights, so a part
        /// of equal weights has no bucket.
        /// </summary>
        public void AddParts(int left, int right, int parts, double gap)
        {
            for (int part = 1, start = left; start < right; part++)
            {
                int end = (int)Math.Max(start + 1, left + (long)(right - left) * part / parts);
                if (end < right)
                    end = EndOfPart(start, end, right);
                if (weights[start] != weights[end - 1])
                    Add(start, end, gap);
                if (end < right)
                    Add(end, end, 0);
                start = end;
            }
        }
    }
}
