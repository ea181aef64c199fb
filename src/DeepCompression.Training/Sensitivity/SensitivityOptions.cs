namespace DeepCompression.Training.Sensitivity;

/// <summary>What a sensitivity analysis tries.</summary>
public sealed record SensitivityOptions
{
    /// <summary>The sparsities that each weight is pruned to, 0 to 1. Default 0.5 to 0.98.</summary>
    public IReadOnlyList<double> Sparsities { get; init; } = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98];

    /// <summary>The bits a code that each weight is shared with, 1 to 8. Default 2 to 8.</summary>
    public IReadOnlyList<int> Bits { get; init; } = [2, 3, 4, 5, 6, 8];

    /// <summary>The loss, the batch size, the threads and the field of the labels.</summary>
    public Procedures.RunOptions Run { get; init; } = new();

    /// <summary>Is told how many of the trials are done, 0 to 1; null, the default, for nobody.</summary>
    public Action<double>? Progress { get; init; }
}
