namespace DeepCompression.Cli.Recipes;

/// <summary>How much an element matters when a weight is pruned.</summary>
internal enum SaliencyKind
{
    /// <summary>Its magnitude.</summary>
    Magnitude,

    /// <summary>Its magnitude times the norm of its input over the calibration inputs (Wanda).</summary>
    InputNorm,
}
