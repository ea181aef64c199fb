namespace DeepCompression.Training.Data;

/// <summary>Changes a training batch at random, so that the network sees more than the samples there are.</summary>
public interface IAugmentation
{
    /// <summary>Changes a batch in place.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="random">Random numbers that belong to the step.</param>
    void Apply(Batch batch, SeededRandom random);
}
