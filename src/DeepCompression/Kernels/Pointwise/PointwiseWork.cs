namespace DeepCompression.Kernels;

/// <summary>What a <see cref="PointwiseKernel{TLane, TVector}"/> computes: four output channels at a run of positions.</summary>
internal unsafe struct PointwiseWork
{
    /// <summary>Output channels.</summary>
    public const int Rows = 4;

    /// <summary>Vectors of positions.</summary>
    public const int Vectors = 6;

    /// <summary>The codes: for every input channel one byte an output channel, the first in the lowest bits.</summary>
    public uint* Codes;

    /// <summary>Input channels.</summary>
    public int Channels;

    /// <summary>The inputs of the first channel: <see cref="Vectors"/> vectors.</summary>
    public byte* X;

    /// <summary>Bytes from a channel's inputs to the next's.</summary>
    public nint StepBytes;

    /// <summary>The centroids of the first output channel.</summary>
    public float* Codebook0;

    /// <summary>Those of the second.</summary>
    public float* Codebook1;

    /// <summary>Those of the third.</summary>
    public float* Codebook2;

    /// <summary>Those of the fourth.</summary>
    public float* Codebook3;

    /// <summary>The bias of every output channel.</summary>
    public float* Bias;

    /// <summary>Where the results go, channel after channel.</summary>
    public byte* Y;

    /// <summary>Bytes from a channel's results to the next's.</summary>
    public nint RowBytes;

    /// <summary>Applied to the results.</summary>
    public Activation Activation;
}
