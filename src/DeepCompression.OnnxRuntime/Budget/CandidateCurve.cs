using DeepCompression.Sparse;
using DeepCompression.WeightSharing;

namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>
/// Finds the ways to compress one weight that are worth trying: those of which no other is both smaller and closer to the original.
/// Sizes and distortions are measured by coding a part of the weight, evenly spread runs of it.
/// </summary>
internal static class CandidateCurve
{
    private const int SampledRuns = 8;
    private const int RunLength = 2048; // elements
    private const int ShortestGroup = 2048; // elements: below, the centroids weigh more than they gain

    private static readonly (int Bits, double EntropyPenalty)[] s_groupedPortable = [(8, 0)], s_groupedPacked = [(8, 0), (8, 1e-4), (8, 4e-4)];

    /// <summary>Pruning is tried where what it adds to the distortion is about this many times that of sharing alone.</summary>
    private static readonly double[] s_pruneShares = [0.1, 0.3, 1, 3];

    private static readonly double[] s_sparsities =
        [0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99];

    /// <summary>Bits whose codes fill their digits: FORMAT.md, "Digits". Codes of unequal frequency are no smaller there.</summary>
    private static readonly (int Bits, double EntropyPenalty)[] s_portable = [(8, 0), (4, 0), (2, 0), (1, 0)];

    /// <summary>
    /// Entropy-coded, many centroids of which few are frequent are smaller at the same distortion than few centroids: so all bits, and a
    /// penalty instead, in proportion to which distortion grows.
    /// </summary>
    private static readonly (int Bits, double EntropyPenalty)[] s_packed =
        [(8, 0), .. Enumerable.Range(0, 26).Select(step => (8, 1e-4 * Math.Pow(2, step / 2d)))];

    /// <summary>The candidates from the closest and largest to the farthest and smallest; the first one changes nothing.</summary>
    public static IReadOnlyList<WeightCandidate> Find(PrunedTensor weight, bool portable)
    {
        PrunedTensor part = Part(weight);
        double scale = (double)weight.Shape.Length / part.Shape.Length;
        double[] pruneDistortion = [.. s_sparsities.Select(sparsity => PruneDistortion(part, sparsity))];
        List<WeightCandidate> candidates = [Lossless(weight, portable)];
        foreach ((int bits, double penalty) in portable ? s_portable : s_packed)
        {
            WeightCandidate shared = Candidate(part, 0, bits, penalty, scale, portable);
            candidates.Add(shared);
            IEnumerable<int> tried = s_pruneShares
                .Select(share => Array.FindIndex(pruneDistortion, d => d >= share * shared.Distortion))
                .Where(i => i >= 0 && pruneDistortion[i] <= 2 * s_pruneShares[^1] * shared.Distortion)
                .Distinct();
            candidates.AddRange(tried.Select(i => Candidate(part, s_sparsities[i], bits, penalty, scale, portable)));
        }

        candidates.AddRange(Grouped(weight, portable));
        return Best(candidates);
    }

    // Channels differ in spread: with centroids of their own they come closer than 8 bits for all can. The whole weight is coded.
    private static IEnumerable<WeightCandidate> Grouped(PrunedTensor weight, bool portable)
    {
        int channels = weight.Shape.Rank == 0 ? 1 : (int)weight.Shape.Dimensions[0];
        int most = Math.Min(channels, weight.Shape.Length / ShortestGroup);
        int[] counts = [.. new[] { most, most / 4 }.Select(limit => LargestDivisor(channels, limit)).Where(groups => groups > 1).Distinct()];
        return counts.SelectMany(groups => (portable ? s_groupedPortable : s_groupedPacked).Select(way => Candidate(weight, 0, way.Bits, way.EntropyPenalty, 1, portable, groups)));
    }

    private static int LargestDivisor(int number, int limit)
    {
        int divisor = Math.Max(limit, 1);
        while (number % divisor != 0)
            divisor--;
        return divisor;
    }

    /// <summary>Keeps those of which no other is at most as large and at most as far.</summary>
    internal static IReadOnlyList<WeightCandidate> Best(IEnumerable<WeightCandidate> candidates)
    {
        List<WeightCandidate> best = [];
        foreach (WeightCandidate candidate in candidates.OrderBy(c => c.Distortion).ThenBy(c => c.Bytes))
        {
            if (best.Count == 0 || candidate.Bytes < best[^1].Bytes)
                best.Add(candidate);
        }

        return best;
    }

    private static WeightCandidate Candidate(PrunedTensor part, double sparsity, int bits, double penalty, double scale, bool portable, int groups = 1)
    {
        SharingOptions sharing = CandidateCoder.Sharing(bits, groups, penalty);
        if (penalty > 0)
            sharing = sharing with { Initialization = CentroidInitialization.CubeRoot }; // as good on few elements, and quicker still
        var coded = (CodedTensor)CandidateCoder.Code(part, sparsity, sharing);
        double distortion = CandidateCoder.Distortion(part.ElementType, part.Values.Span, CandidateCoder.Dense(coded));
        return new WeightCandidate(sparsity, bits, groups, penalty, distortion, Size(coded, scale, portable));
    }

    // Runs, not single elements: gaps and neighbours are those of the weight.
    private static PrunedTensor Part(PrunedTensor weight)
    {
        int size = weight.ElementType.GetSize(), length = weight.Shape.Length;
        if (length <= SampledRuns * RunLength)
            return new PrunedTensor(weight.ElementType, new TensorShape(length), weight.Values);

        var values = new byte[SampledRuns * RunLength * size];
        for (int run = 0; run < SampledRuns; run++)
        {
            int start = (int)((long)run * (length - RunLength) / (SampledRuns - 1));
            weight.Values.Span.Slice(start * size, RunLength * size).CopyTo(values.AsSpan(run * RunLength * size));
        }

        return new PrunedTensor(weight.ElementType, new TensorShape(SampledRuns * RunLength), values);
    }

    private static double PruneDistortion(PrunedTensor part, double sparsity) => CandidateCoder.Distortion(
        part.ElementType, part.Values.Span, CandidateCoder.Dense(CandidateCoder.Code(part, sparsity, sharing: null)));

    private static WeightCandidate Lossless(PrunedTensor weight, bool portable)
    {
        CodedTensor? shared = LosslessSharer.TryShare(weight);
        long bytes = shared is null ? weight.DenseBytes : Math.Min(weight.DenseBytes, Size(shared, 1, portable));
        return new WeightCandidate(0, 0, 1, 0, 0, bytes);
    }

    private static long Size(CodedTensor coded, double scale, bool portable)
    {
        long codebook = coded.Codebook.Values.Length;
        if (!portable)
            return codebook + (long)(scale * EntropyBits(coded.Codes.Span) / 8);
        long shared = SharedParts.Encode(coded).Codes.Length;
        long sparse = long.MaxValue;
        if (coded.Codebook.HasZero)
        {
            SparseParts parts = SparseParts.Encode(coded);
            sparse = parts.Gaps.Length + parts.Codes.Length;
        }

        return codebook + (long)(scale * Math.Min(shared, sparse));
    }

    private static double EntropyBits(ReadOnlySpan<byte> codes)
    {
        Span<int> counts = stackalloc int[256];
        foreach (byte code in codes)
            counts[code]++;
        double bits = 0;
        foreach (int count in counts)
            bits += count == 0 ? 0 : count * Math.Log2((double)codes.Length / count);
        return bits;
    }
}
