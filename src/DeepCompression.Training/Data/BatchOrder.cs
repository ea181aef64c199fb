namespace DeepCompression.Training.Data;

/// <summary>
/// Which samples each training step sees: every epoch all samples in a new random order, in batches of one size;
/// what does not fill a batch at an epoch's end is left out of that epoch. A pure function of seed and step.
/// </summary>
public sealed class BatchOrder
{
    private readonly ulong _seed;
    private readonly int[] _order;
    private long _epoch = -1;

    /// <summary>Makes an order.</summary>
    /// <param name="samples">The number of samples.</param>
    /// <param name="batchSize">Samples a step, at least 1.</param>
    /// <param name="seed">Equal seeds give equal orders.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is less than 1 or more than there are samples.</exception>
    public BatchOrder(int samples, int batchSize, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batchSize, samples);
        BatchSize = batchSize;
        StepsPerEpoch = samples / batchSize;
        _seed = seed;
        _order = new int[samples];
    }

    /// <summary>Samples a step.</summary>
    public int BatchSize { get; }

    /// <summary>Whole batches in an epoch, at least 1.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>The samples of a step.</summary>
    /// <param name="step">The step, from 0 on.</param>
    /// <returns>Their numbers; valid until the next call.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    public ReadOnlySpan<int> GetSamples(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        (long epoch, long position) = Math.DivRem(step, StepsPerEpoch);
        if (epoch != _epoch)
        {
            for (int i = 0; i < _order.Length; i++)
                _order[i] = i;
            new SeededRandom(_seed, SeededRandom.OrderStream + (ulong)epoch).Shuffle(_order.AsSpan());
            _epoch = epoch;
        }

        return _order.AsSpan((int)position * BatchSize, BatchSize);
    }
}
