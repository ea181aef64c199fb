namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>When a group of operators is claimed.</summary>
internal sealed record ClaimPolicy
{
    /// <summary>The least expected speed against the dense operator; the margin covers what the estimate does not know.</summary>
    public double MinimumSpeedup { get; init; } = 1.15;

    /// <summary>The same for packed weights: the alternative is a dense weight that is no constant, which stock ONNX Runtime cannot prepack.</summary>
    public double MinimumSpeedupPacked { get; init; } = 0.5;
}
