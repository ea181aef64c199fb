namespace DeepCompression.Kernels;

/// <summary>What a product kernel computes: the sums over channels of one point, of some output channels at some vectors of tiles.</summary>
internal unsafe struct WinogradProduct
{
    /// <summary>The transformed weights: of every channel those of <see cref="WinogradWeights.Rows"/> output channels.</summary>
    public float* Weights;

    /// <summary>Channels.</summary>
    public int Channels;

    /// <summary>The transformed inputs of the first channel.</summary>
    public byte* Inputs;

    /// <summary>Bytes from a channel's inputs to the next's.</summary>
    public nint InputBytes;

    /// <summary>The sums of the first output channel.</summary>
    public byte* Sums;

    /// <summary>Bytes from an output channel's sums to the next's.</summary>
    public nint SumBytes;

    /// <summary>Whether the sums go on from what is there.</summary>
    public bool Adds;
}
