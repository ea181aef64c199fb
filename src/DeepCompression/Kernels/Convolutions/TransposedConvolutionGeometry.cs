namespace DeepCompression.Kernels;

/// <summary>
/// The shape of a 2-D transposed convolution (ONNX ConvTranspose): input <c>i</c> adds to the outputs
/// <c>i * stride + tap * dilation - pad</c>. A 1-D one has the height 1 everywhere.
/// </summary>
public sealed record TransposedConvolutionGeometry
{
    /// <summary>Channels of the output, all groups together.</summary>
    public required int OutputChannels { get; init; }

    /// <summary>Channels of the input, all groups together.</summary>
    public required int InputChannels { get; init; }

    /// <summary>Groups of channels that do not see each other.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Rows of the kernel.</summary>
    public int KernelHeight { get; init; } = 1;

    /// <summary>Columns of the kernel.</summary>
    public int KernelWidth { get; init; } = 1;

    /// <summary>Rows of outputs between inputs.</summary>
    public int StrideHeight { get; init; } = 1;

    /// <summary>Columns of outputs between inputs.</summary>
    public int StrideWidth { get; init; } = 1;

    /// <summary>Rows of outputs between taps of the kernel.</summary>
    public int DilationHeight { get; init; } = 1;

    /// <summary>Columns of outputs between taps of the kernel.</summary>
    public int DilationWidth { get; init; } = 1;

    /// <summary>Rows of outputs left out above.</summary>
    public int PadTop { get; init; }

    /// <summary>Columns of outputs left out before.</summary>
    public int PadLeft { get; init; }

    /// <summary>Rows of outputs left out below.</summary>
    public int PadBottom { get; init; }

    /// <summary>Columns of outputs left out behind.</summary>
    public int PadRight { get; init; }

    /// <summary>Rows of outputs added below.</summary>
    public int OutputPaddingHeight { get; init; }

    /// <summary>Columns of outputs added behind.</summary>
    public int OutputPaddingWidth { get; init; }

    /// <summary>Rows of the output for an input of this height; 0 where the pads leave none.</summary>
    /// <param name="height">Rows of the input.</param>
    public int GetOutputHeight(int height) => Extent(height, StrideHeight, KernelHeight, DilationHeight, PadTop, PadBottom, OutputPaddingHeight);

    /// <summary>Columns of the output for an input of this width; 0 where the pads leave none.</summary>
    /// <param name="width">Columns of the input.</param>
    public int GetOutputWidth(int width) => Extent(width, StrideWidth, KernelWidth, DilationWidth, PadLeft, PadRight, OutputPaddingWidth);

    private static int Extent(int size, int stride, int kernel, int dilation, int before, int after, int added) =>
        size == 0 ? 0 : checked((int)Math.Max(((size - 1L) * stride) + ((kernel - 1L) * dilation) + 1 + added - before - after, 0));

    internal void Validate(int rows, int columns)
    {
        if (OutputChannels < 1 || InputChannels < 1 || Groups < 1 || KernelHeight < 1 || KernelWidth < 1 || StrideHeight < 1 || StrideWidth < 1 || DilationHeight < 1 || DilationWidth < 1)
            throw new ArgumentException("Channels, groups, kernel, strides and dilations are at least 1.");
        if (PadTop < 0 || PadLeft < 0 || PadBottom < 0 || PadRight < 0 || OutputPaddingHeight < 0 || OutputPaddingWidth < 0)
            throw new ArgumentException("Pads are not negative.");
        if (OutputChannels % Groups != 0 || InputChannels % Groups != 0)
            throw new ArgumentException($"{Groups} groups do not divide {OutputChannels} output and {InputChannels} input channels.");
        if (rows != OutputChannels || columns != (long)InputChannels / Groups * KernelHeight * KernelWidth)
            throw new ArgumentException($"Weights of shape ({rows}, {columns}) are not {OutputChannels} kernels of {InputChannels / Groups} x {KernelHeight} x {KernelWidth}.");
        if ((long)StrideHeight * StrideWidth > OutputPhases.Most)
            throw new ArgumentException($"Strides of {StrideHeight} x {StrideWidth} are more than {OutputPhases.Most} outputs an input.");
    }
}
