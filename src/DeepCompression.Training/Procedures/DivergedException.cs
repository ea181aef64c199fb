namespace DeepCompression.Training.Procedures;

/// <summary>Training diverged: the loss or a weight is no finite number.</summary>
/// <param name="message">Where, and what to do.</param>
/// <param name="checkpointPath">The last good checkpoint; null if there is none.</param>
public sealed class DivergedException(string message, string? checkpointPath) : Exception(message)
{
    /// <summary>The last good checkpoint; null if there is none.</summary>
    public string? CheckpointPath { get; } = checkpointPath;
}
