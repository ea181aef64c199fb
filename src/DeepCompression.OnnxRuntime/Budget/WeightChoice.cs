using DeepCompression.WeightSharing;

namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>What was chosen for a weight, and why.</summary>
/// <param name="Path">The weight's path in the model.</param>
/// <param name="Sparsity">The share of elements that become zero (0..1); 0 where nothing is pruned beyond existing zeros.</param>
/// <param name="Bits">Bits a code, 1 to 8; 0 where the values stay as they are.</param>
/// <param name="Groups">Runs of channels with centroids of their own, at least 1.</param>
/// <param name="EntropyPenalty">What a bit of code is worth, as squared error by the weight's variance; 0 where every element takes the nearest centroid.</param>
/// <param name="ErrorShare">The share of this weight in the squared error that is expected of all choices (0..1).</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record WeightChoice(string Path, double Sparsity, int Bits, int Groups, double EntropyPenalty, double ErrorShare, string Reason)
{
    /// <summary>Whether no value changes.</summary>
    public bool IsKept => Bits == 0 && Sparsity == 0;

    /// <summary>How the weight's elements come to share centroids; null where they do not.</summary>
    public SharingOptions? Sharing => Bits == 0 ? null : CandidateCoder.Sharing(Bits, Groups, EntropyPenalty);
}
