namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>When a group of operators is claimed.</summary>
internal sealed record ClaimPolicy
{
    // Between cores that are far apart. Stock sends less between them, for it keeps its layout from one layer to the next; and what changes
    // its layout goes from the core that made it to the one that reads it. Seen at two threads on whole networks.
    private const double FarApart = 1.4;
    private const double ChangeOfFarApart = 1.5;

    // Of transposed convolutions stock splits the matrix product alone; moving what it yields to its places stays with one thread.
    private const double FarApartTransposed = 1.05;

    /// <summary>The policy for work that threads share.</summary>
    /// <param name="threads">How many.</param>
    /// <param name="nanosecondsAMessage">What a message takes from one to another.</param>
    public static ClaimPolicy For(int threads, double nanosecondsAMessage) => threads == 1 || nanosecondsAMessage < CoreDistance.Far
        ? new ClaimPolicy()
        : new ClaimPolicy { MinimumSpeedup = FarApart, MinimumSpeedupTransposed = FarApartTransposed, LayoutChange = ChangeOfFarApart };

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
