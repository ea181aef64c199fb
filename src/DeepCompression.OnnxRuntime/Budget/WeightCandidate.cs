using DeepCompression.WeightSharing;

namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>A way to compress one weight, and what it costs.</summary>
/// <param name="Sparsity">The share of elements that become zero by magnitude pruning (0..1); existing zeros count.</param>
/// <param name="Bits">Bits a code, 1 to 8; 0 where the values stay as they are.</param>
/// <param name="Groups">Runs of channels with centroids of their own.</param>
/// <param name="EntropyPenalty">What a bit of code is worth, as squared error by the weight's variance; 0 where every element takes the nearest centroid.</param>
/// <param name="Distortion">The squared norm of the change divided by that of the weight.</param>
/// <param name="Bytes">The estimated size in the file.</param>
internal readonly record struct WeightCandidate(double Sparsity, int Bits, int Groups, double EntropyPenalty, double Distortion, long Bytes)
{
    /// <summary>How elements come to share centroids; null where they do not.</summary>
    public SharingOptions? Sharing => Bits == 0 ? null : CandidateCoder.Sharing(Bits, Groups, EntropyPenalty);

    /// <summary>Whether no value changes.</summary>
    public bool IsLossless => Distortion == 0;
}
