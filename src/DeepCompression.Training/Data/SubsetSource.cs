namespace DeepCompression.Training.Data;

/// <summary>Some samples of another source, in a given order.</summary>
public sealed class SubsetSource : IBatchSource
{
    private readonly IBatchSource _source;
    private readonly int[] _samples;

    /// <summary>Makes a source of chosen samples.</summary>
    /// <param name="source">Where the samples are.</param>
    /// <param name="samples">Their numbers there.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no sample of a number.</exception>
    public SubsetSource(IBatchSource source, IEnumerable<int> samples)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _samples = [.. samples];
        foreach (int sample in _samples)
        {
            if ((uint)sample >= (uint)source.Count)
                throw new ArgumentOutOfRangeException(nameof(samples), sample, $"The data has {source.Count} samples.");
        }
    }

    /// <inheritdoc/>
    public int Count => _samples.Length;

    /// <inheritdoc/>
    public IReadOnlyList<BatchField> Fields => _source.Fields;

    /// <summary>Splits a source in two: every sample is in exactly one part.</summary>
    /// <param name="source">All samples.</param>
    /// <param name="heldOut">The number of samples of the second part, chosen at random.</param>
    /// <param name="seed">Equal seeds give equal splits.</param>
    /// <returns>The larger part to train with, and the part held out.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="heldOut"/> is negative or leaves nothing to train with.</exception>
    public static (SubsetSource Training, SubsetSource HeldOut) Split(IBatchSource source, int heldOut, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(heldOut);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(heldOut, source.Count);
        int[] order = [.. Enumerable.Range(0, source.Count)];
        new SeededRandom(seed, SeededRandom.SplitStream).Shuffle(order);
        return (new SubsetSource(source, order[heldOut..]), new SubsetSource(source, order[..heldOut]));
    }

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<int> samples, Batch batch)
    {
        int[] mapped = new int[samples.Length];
        for (int i = 0; i < mapped.Length; i++)
        {
            if ((uint)samples[i] >= (uint)_samples.Length)
                throw new ArgumentOutOfRangeException(nameof(samples), samples[i], $"The data has {_samples.Length} samples.");
            mapped[i] = _samples[samples[i]];
        }

        _source.Read(mapped, batch);
    }
}
