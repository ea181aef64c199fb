namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>When a group of operators is claimed.</summary>
internal sealed record ClaimPolicy
{
    // Stock splits dense work among threads more evenly than sparse work can be split: seen at two threads on whole networks.
    private const double SeveralThreads = 1.4;

    // Of transposed convolutions stock splits the matrix product alone; moving what it yields to its places stays with one thread.
    private const double SeveralThreadsTransposed = 1.05;

    // Numbers that change their layout go from the core that made them to the one that reads them, which gains less from threads than computing.
    private const double ChangeOfSeveralThreads = 1.5;

    /// <summary>The policy for work that so many threads share.</summary>
    public static ClaimPolicy For(int threads) => threads > 1 ? new ClaimPolicy { MinimumSpeedup = SeveralThreads, MinimumSpeedupTransposed = SeveralThreadsTransposed, LayoutChange = ChangeOfSeveralThreads } : new ClaimPolicy();

    /// <summary>The least expected speed against the dense operator; the margin covers what the estimate does not know.</summary>
    public double MinimumSpeedup { get; init; } = 1.05;

    /// <summary>The same for transposed convolutions, which work in the plain layout on either side; null where it is <see cref="MinimumSpeedup"/>.</summary>
    public double? MinimumSpeedupTransposed { get; init; }

    /// <summary>The same for packed weights: the alternative is a dense weight that is no constant, which stock ONNX Runtime cannot prepack.</summary>
    public double MinimumSpeedupPacked { get; init; } = 0.5;

    /// <summary>What a change of layout costs, as a factor on what it costs one thread.</summary>
    public double LayoutChange { get; init; } = 1;

    /// <summary>Samples that a run is expected to have, where the model leaves them open; null for one or few.</summary>
    public int? Batch { get; init; }

    /// <summary>Whether what is declined is unpacked before the session is created, instead of being decoded or inlined in it.</summary>
    public bool UnpacksDeclined { get; init; }
}
