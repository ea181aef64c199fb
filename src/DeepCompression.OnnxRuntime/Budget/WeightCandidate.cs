namespace DeepCompression.OnnxRuntime.Budget;

/// <summary>A way to compress one weight, and what it costs.</summary>
/// <param name="Sparsity">The share of elements that become zero by magnitude pruning (0..1); existing zeros count.</param>
/// <param name="Bits">Bits a code, 1 to 8; 0 where the values stay as they are.</param>
/// <param name="Groups">Runs of channels with centroids of their own.</param>
/// <param name="Distortion">The squared norm of the change divided by that of the weight.</param>
/// <param name="Bytes">The estimated size in the file.</param>
internal readonly record struct WeightCandidate(double Sparsity, int Bits, int Groups, double Distortion, long Bytes)
{
    /// <summary>Whether no value changes.</summary>
    public bool IsLossless => Distortion == 0;
}
