using System.Collections.Immutable;

namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>How random inputs are made.</summary>
public sealed record RandomInputOptions
{
    /// <summary>The seed; the same seed gives the same inputs on every machine. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How many samples. Default 4.</summary>
    public int Count { get; init; } = 4;

    /// <summary>Shapes by input name, for dimensions that the model leaves open. Default: none; see <see cref="RandomInputs"/> for what is chosen.</summary>
    public ImmutableDictionary<string, ImmutableArray<long>> Shapes { get; init; } = ImmutableDictionary<string, ImmutableArray<long>>.Empty;

    /// <summary>Exclusive upper limits of integer inputs by name, for example the rows of an embedding. Default: none; then 2.</summary>
    public ImmutableDictionary<string, long> IntegerLimits { get; init; } = ImmutableDictionary<string, long>.Empty;
}
