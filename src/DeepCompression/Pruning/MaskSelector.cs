namespace DeepCompression.Pruning;

/// <summary>
/// Chooses which elements of a weight are kept, from one saliency an element. Where a share is asked for, exactly
/// <see cref="CountPruned"/> elements are pruned; of equal saliencies the lower index is pruned first.
/// Every method throws <see cref="ArgumentException"/> that names the index of a NaN.
/// </summary>
public static class MaskSelector
{
    /// <summary>The number of elements that a sparsity prunes: the product rounded to nearest, halves up.</summary>
    /// <param name="length">All elements.</param>
    /// <param name="sparsity">Pruned by all elements, 0 to 1.</param>
    /// <returns>Pruned elements.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sparsity"/> is not from 0 to 1.</exception>
    public static long CountPruned(long length, double sparsity)
    {
        if (!(sparsity is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(sparsity), sparsity, "A sparsity is from 0 to 1.");
        return Math.Min(length, (long)Math.Round(length * sparsity, MidpointRounding.AwayFromZero));
    }

    /// <summary>Prunes the elements whose saliency is below a threshold (Han et al. 2015, section 3).</summary>
    /// <param name="saliency">One number an element.</param>
    /// <param name="threshold">The lowest saliency that is kept.</param>
    /// <returns>The mask.</returns>
    /// <exception cref="ArgumentException"><paramref name="threshold"/> or a saliency is NaN.</exception>
    public static SparsityMask ByThreshold(ReadOnlySpan<float> saliency, float threshold)
    {
        if (float.IsNaN(threshold))
            throw new ArgumentException("The threshold is NaN.", nameof(threshold));
        ThrowIfNaN(saliency);
        long ties = 0;
        return MaskBuilder.Build(saliency, threshold, ref ties);
    }

    /// <summary>
    /// Prunes the weights whose magnitude is below <c>quality * standard deviation</c> of all elements (Han et al. 2015, section 4: the
    /// threshold is "a quality parameter multiplied by the standard deviation of a layer's weights").
    /// </summary>
    /// <param name="weights">The weights themselves.</param>
    /// <param name="quality">The factor, at least 0.</param>
    /// <returns>The mask.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="quality"/> is negative or not finite.</exception>
    /// <exception cref="ArgumentException">A weight is NaN or infinite.</exception>
    public static SparsityMask ByDeviation(ReadOnlySpan<float> weights, double quality)
    {
        if (!(quality >= 0 && double.IsFinite(quality)))
            throw new ArgumentOutOfRangeException(nameof(quality), quality, "A quality is finite and at least 0.");
        ThrowIfNaN(weights);
        double threshold = quality * StandardDeviation(weights);
        if (!double.IsFinite(threshold))
            throw new ArgumentException($"Weight {weights.IndexOfAny(float.PositiveInfinity, float.NegativeInfinity)} is infinite: there is no standard deviation.", nameof(weights));

        float[] magnitudes = new float[weights.Length];
        Saliency.Magnitude(weights, magnitudes);
        return ByThreshold(magnitudes, (float)threshold);
    }

    /// <summary>Prunes a share of one weight.</summary>
    /// <param name="saliency">One number an element.</param>
    /// <param name="sparsity">Pruned by all elements, 0 to 1.</param>
    /// <returns>The mask; <see cref="CountPruned"/> of its elements are pruned.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sparsity"/> is not from 0 to 1.</exception>
    /// <exception cref="ArgumentException">A saliency is NaN.</exception>
    public static SparsityMask BySparsity(ReadOnlySpan<float> saliency, double sparsity)
    {
        long prune = CountPruned(saliency.Length, sparsity);
        ThrowIfNaN(saliency);
        if (prune == saliency.Length)
            return new SparsityMask(saliency.Length, SparsityMask.NewWords(saliency.Length));
        Cut cut = RadixSelect.Find(saliency, prune);
        long ties = cut.Ties;
        return MaskBuilder.Build(saliency, cut.Threshold, ref ties);
    }

    /// <summary>Prunes a share of all weights together, whichever weight an element is in.</summary>
    /// <param name="saliencies">One number an element, for every weight. Of equal saliencies the earlier weight is pruned first.</param>
    /// <param name="sparsity">Pruned by all elements of all weights, 0 to 1.</param>
    /// <returns>One mask a weight.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sparsity"/> is not from 0 to 1.</exception>
    /// <exception cref="ArgumentException">A saliency is NaN.</exception>
    public static SparsityMask[] ByGlobalSparsity(ReadOnlySpan<ReadOnlyMemory<float>> saliencies, double sparsity)
    {
        long length = 0;
        for (int i = 0; i < saliencies.Length; i++)
        {
            ThrowIfNaN(saliencies[i].Span, i);
            length += saliencies[i].Length;
        }

        long prune = CountPruned(length, sparsity);
        Cut cut = prune == length ? new Cut(float.PositiveInfinity, length) : RadixSelect.Find(saliencies, prune);
        SparsityMask[] masks = new SparsityMask[saliencies.Length];
        long ties = cut.Ties;
        for (int i = 0; i < masks.Length; i++)
            masks[i] = MaskBuilder.Build(saliencies[i].Span, cut.Threshold, ref ties);
        return masks;
    }

    /// <summary>Prunes the same share of every row.</summary>
    /// <param name="saliency">One number an element, shape (rows, columns) row-major.</param>
    /// <param name="rows">The number of rows, at least 1.</param>
    /// <param name="sparsity">Pruned by all elements of a row, 0 to 1.</param>
    /// <returns>The mask; <see cref="CountPruned"/> elements of every row are pruned.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sparsity"/> is not from 0 to 1, or <paramref name="rows"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">The elements are not a whole number of rows, or a saliency is NaN.</exception>
    public static SparsityMask ByRow(ReadOnlySpan<float> saliency, int rows, double sparsity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        int columns = saliency.Length / rows;
        if (columns * rows != saliency.Length)
            throw new ArgumentException($"{saliency.Length} elements are not {rows} rows of equal length.", nameof(saliency));
        int prune = (int)CountPruned(columns, sparsity);
        ThrowIfNaN(saliency);

        ulong[] words = SparsityMask.NewWords(saliency.Length);
        Span<int> counts = stackalloc int[RadixSelect.Counters];
        for (int row = 0; row < rows && prune < columns; row++)
        {
            ReadOnlySpan<float> elements = saliency.Slice(row * columns, columns);
            MaskBuilder.SetRun(elements, RadixSelect.FindInRow(elements, prune, counts), words, (long)row * columns);
        }

        return new SparsityMask(saliency.Length, words);
    }

    /// <summary>Keeps N of every M consecutive elements of a row (N:M sparsity, for example 2:4).</summary>
    /// <param name="saliency">One number an element, row-major.</param>
    /// <param name="columns">Elements a row; groups do not cross rows.</param>
    /// <param name="keep">N, from 0 to <paramref name="of"/>.</param>
    /// <param name="of">M, at least 1. A shorter group at the end of a row also keeps its N highest, or all it has.</param>
    /// <returns>The mask.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">The elements are not a whole number of rows, or a saliency is NaN.</exception>
    public static SparsityMask ByPattern(ReadOnlySpan<float> saliency, int columns, int keep, int of)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(of, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keep, of);
        if (saliency.Length % columns != 0)
            throw new ArgumentException($"{saliency.Length} elements are not a whole number of rows of {columns}.", nameof(saliency));
        ThrowIfNaN(saliency);

        ulong[] words = SparsityMask.NewWords(saliency.Length);
        for (int row = 0; row < saliency.Length; row += columns)
        {
            for (int start = row; start < row + columns; start += of)
                KeepHighest(saliency[start..Math.Min(start + of, row + columns)], keep, words, start);
        }

        return new SparsityMask(saliency.Length, words);
    }

    /// <summary>Prunes whole blocks of a matrix, those whose mean saliency is lowest.</summary>
    /// <param name="saliency">One number an element, shape (rows, columns) row-major.</param>
    /// <param name="columns">Elements a row.</param>
    /// <param name="blockRows">Rows a block; the blocks at the lower edge may have fewer.</param>
    /// <param name="blockColumns">Columns a block; the blocks at the right edge may have fewer.</param>
    /// <param name="sparsity">Pruned by all blocks, 0 to 1: <see cref="CountPruned"/> blocks are pruned.</param>
    /// <returns>The mask.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">The elements are not a whole number of rows, or a saliency is NaN.</exception>
    public static SparsityMask ByBlock(ReadOnlySpan<float> saliency, int columns, int blockRows, int blockColumns, double sparsity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockColumns, 1);
        if (saliency.Length % columns != 0)
            throw new ArgumentException($"{saliency.Length} elements are not a whole number of rows of {columns}.", nameof(saliency));
        ThrowIfNaN(saliency);

        BlockGrid grid = new(saliency.Length / columns, columns, blockRows, blockColumns);
        return grid.Expand(BySparsity(grid.Means(saliency), sparsity));
    }

    private static void KeepHighest(ReadOnlySpan<float> group, int keep, Span<ulong> words, int offset)
    {
        for (int i = 0; i < group.Length; i++)
        {
            // Of equal saliencies the lower index is pruned first, so a later equal one ranks before.
            int before = 0;
            for (int j = 0; j < group.Length; j++)
                before += group[j] > group[i] || (group[j] == group[i] && j > i) ? 1 : 0;
            if (before < keep)
                words[(offset + i) >> 6] |= 1UL << ((offset + i) & 63);
        }
    }

    private static double StandardDeviation(ReadOnlySpan<float> weights)
    {
        double sum = 0, squares = 0;
        foreach (float weight in weights)
            sum += weight;
        double mean = weights.IsEmpty ? 0 : sum / weights.Length;
        foreach (float weight in weights)
            squares += (weight - mean) * (weight - mean);
        return weights.IsEmpty ? 0 : Math.Sqrt(squares / weights.Length);
    }

    private static void ThrowIfNaN(ReadOnlySpan<float> saliency, int? weight = null)
    {
        int first = int.MaxValue;
        object gate = new();
        SpanChunks.For(saliency, (chunk, start) =>
        {
            int index = NaN.IndexOf(chunk);
            lock (gate)
                first = index < 0 ? first : Math.Min(first, start + index);
        });
        if (first != int.MaxValue)
            throw new ArgumentException($"The saliency of element {first}{(weight is null ? "" : $" of weight {weight}")} is NaN.", nameof(saliency));
    }
}
