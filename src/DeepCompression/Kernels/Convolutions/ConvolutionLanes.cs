namespace DeepCompression.Kernels;

/// <summary>What the lanes of a register stand for in a convolution.</summary>
internal enum ConvolutionLanes
{
    /// <summary>Rectangles of the outputs of an image, each with the inputs it needs around it.</summary>
    Blocks,

    /// <summary>Runs of the outputs of an image, row after row, each with the inputs it needs before and behind it.</summary>
    Strips,

    /// <summary>Consecutive positions of the inputs of consecutive images: outputs see no neighbours.</summary>
    Positions,
}
