using System.Collections.Immutable;

namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>What a comparison of two models' outputs found.</summary>
/// <param name="Samples">Samples on which both models ran.</param>
/// <param name="Outputs">The differences of each output.</param>
/// <param name="SkippedOutputs">Outputs that are sequences or maps and were not compared.</param>
public sealed record VerificationReport(int Samples, ImmutableArray<OutputComparison> Outputs, ImmutableArray<string> SkippedOutputs)
{
    /// <summary>The largest relative error of an output; 0.01 is one percent.</summary>
    public double RelativeError => Outputs.Length == 0 ? 0 : Outputs.Max(o => o.RelativeError);

    /// <summary>The largest absolute difference of an element.</summary>
    public double MaxDifference => Outputs.Length == 0 ? 0 : Outputs.Max(o => o.MaxDifference);

    /// <summary>Whether every output is equal bit for bit.</summary>
    public bool Identical => Outputs.All(o => o.Identical);
}
