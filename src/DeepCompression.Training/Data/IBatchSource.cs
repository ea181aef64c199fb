namespace DeepCompression.Training.Data;

/// <summary>
/// Samples by number, read into batches. A source has no order of its own and draws nothing at random:
/// order comes from <see cref="BatchOrder"/>, so that training can resume at any step.
/// </summary>
public interface IBatchSource
{
    /// <summary>The number of samples.</summary>
    int Count { get; }

    /// <summary>The tensors of a sample.</summary>
    IReadOnlyList<BatchField> Fields { get; }

    /// <summary>Copies samples into a batch.</summary>
    /// <param name="samples">The numbers of the samples, each in 0 .. <see cref="Count"/> - 1; at most as many as the batch holds.</param>
    /// <param name="batch">A batch made for <see cref="Fields"/>; its first rows are overwritten.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no sample of a number.</exception>
    /// <exception cref="ArgumentException">The batch has other fields or is too small.</exception>
    void Read(ReadOnlySpan<int> samples, Batch batch);
}
