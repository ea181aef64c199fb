namespace DeepCompression.WeightSharing;

/// <summary>
/// Weight sharing (Han et al. 2016, section 3): the weights of a tensor, or of each group of its channels, become one of a few centroids.
/// </summary>
public static class WeightSharer
{
    /// <summary>Replaces every weight by its nearest centroid, or, with an <see cref="KMeansOptions.EntropyPenalty"/>, by the one of the least cost.</summary>
    /// <param name="tensor">The weight, pruned or not.</param>
    /// <param name="options">Bits a code, groups and how to find centroids.</param>
    /// <returns>
    /// The shared weight. Its centroids ascend, after zero. Where a group has no more distinct values than centroids, no value changes unless there is an entropy penalty.
    /// </returns>
    /// <exception cref="ArgumentException">A weight is NaN or infinite (the message names its index), or a float64 beyond 1e150.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the first dimension.</exception>
    /// <remarks>
    /// Zeros, +0 and -0, stay zero (stored as +0), take no centroid and have code 0; where there is one anywhere in the weight, a group has
    /// 2^bits - 1 centroids, else 2^bits. No other weight becomes +0: a centroid of zero is stored as -0. Sums are taken in double
    /// precision and centroids rounded to the element type; weights halfway between two go to the higher.
    /// </remarks>
    public static CodedTensor Share(PrunedTensor tensor, SharingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Share(tensor, options, (weights, clusters) =>
        {
            KMeansResult result = KMeans.Cluster(weights, clusters, options);
            return (result.Centroids, options.EntropyPenalty == 0 ? null : result.Boundaries);
        });
    }

    /// <summary>
    /// The common steps of all sharers; <paramref name="cluster"/> gets the non-zeros of a group and the most centroids, and returns centroids
    /// and the boundaries between them, null where each weight takes the nearest.
    /// </summary>
    internal static CodedTensor Share(PrunedTensor tensor, SharingOptions options, Func<SortedWeights, int, (double[] Centroids, double[]? Boundaries)> cluster)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        CheckGroups(tensor.Shape, options.Groups);
        SortedWeights[] groups = SortGroups(tensor, options.Groups);
        bool hasZero = groups.Sum(group => (long)group.Count) < tensor.Shape.Length;
        int clusters = (1 << options.Bits) - (hasZero ? 1 : 0);

        StoredCentroids[] centroids = new StoredCentroids[groups.Length];
        Parallel.For(0, groups.Length, i =>
        {
            (double[] own, double[]? boundaries) = groups[i].Count == 0 ? ([], null) : cluster(groups[i], clusters);
            centroids[i] = new StoredCentroids(tensor.ElementType, own, boundaries);
        });
        return Assign(tensor, centroids, hasZero);
    }

    private static void CheckGroups(TensorShape shape, int groups)
    {
        if (groups > 1 && (shape.Rank == 0 || shape.Dimensions[0] % groups != 0))
            throw new ArgumentException($"{groups} groups do not divide the first dimension of shape {shape}.", nameof(groups));
    }

    private static SortedWeights[] SortGroups(PrunedTensor tensor, int groups)
    {
        int length = tensor.Shape.Length / groups, size = tensor.ElementType.GetSize();
        SortedWeights[] sorted = new SortedWeights[groups];
        for (int i = 0; i < groups; i++)
            sorted[i] = NonZeroWeights.Sort(tensor.ElementType, tensor.Values.Span.Slice(i * length * size, length * size), i * length);
        return sorted;
    }

    private static CodedTensor Assign(PrunedTensor tensor, StoredCentroids[] centroids, bool hasZero)
    {
        int elementSize = tensor.ElementType.GetSize(), offset = hasZero ? 1 : 0;
        int row = (centroids.Max(group => group.Count) + offset) * elementSize;
        byte[] codebook = new byte[centroids.Length * row];
        byte[] codes = GC.AllocateUninitializedArray<byte>(tensor.Shape.Length);
        int length = tensor.Shape.Length / centroids.Length;
        for (int i = 0; i < centroids.Length; i++)
        {
            centroids[i].Bytes.CopyTo(codebook.AsSpan(i * row + offset * elementSize));
            new CodeAssigner(centroids[i].Boundaries, offset).Assign(
                tensor.ElementType,
                tensor.Values.Span.Slice(i * length * elementSize, length * elementSize),
                codes.AsSpan(i * length, length));
        }

        return new CodedTensor(tensor.Shape, new Codebook(tensor.ElementType, centroids.Length, codebook), codes);
    }
}
