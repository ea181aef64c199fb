namespace DeepCompression.Kernels;

/// <summary>The shape of a 2-D convolution (ONNX Conv). A 1-D convolution has the height 1 everywhere.</summary>
public sealed record ConvolutionGeometry
{
    /// <summary>Channels of the output.</summary>
    public required int OutputChannels { get; init; }

    /// <summary>Channels of the input, all groups together.</summary>
    public required int InputChannels { get; init; }

    /// <summary>Groups of channels that do not see each other.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Rows of the kernel.</summary>
    public int KernelHeight { get; init; } = 1;

    /// <summary>Columns of the kernel.</summary>
    public int KernelWidth { get; init; } = 1;

    /// <summary>Rows between outputs.</summary>
    public int StrideHeight { get; init; } = 1;

    /// <summary>Columns between outputs.</summary>
    public int StrideWidth { get; init; } = 1;

    /// <summary>Rows between taps of the kernel.</summary>
    public int DilationHeight { get; init; } = 1;

    /// <summary>Columns between taps of the kernel.</summary>
    public int DilationWidth { get; init; } = 1;

    /// <summary>Rows of zeros above.</summary>
    public int PadTop { get; init; }

    /// <summary>Columns of zeros before.</summary>
    public int PadLeft { get; init; }

    /// <summary>Rows of zeros below.</summary>
    public int PadBottom { get; init; }

    /// <summary>Columns of zeros behind.</summary>
    public int PadRight { get; init; }

    /// <summary>Rows of the output for an input of this height; 0 where the kernel does not fit.</summary>
    /// <param name="height">Rows of the input.</param>
    public int GetOutputHeight(int height) => Extent(height, PadTop, PadBottom, KernelHeight, DilationHeight, StrideHeight);

    /// <summary>Columns of the output for an input of this width; 0 where the kernel does not fit.</summary>
    /// <param name="width">Columns of the input.</param>
    public int GetOutputWidth(int width) => Extent(width, PadLeft, PadRight, KernelWidth, DilationWidth, StrideWidth);

    private static int Extent(int size, int before, int after, int kernel, int dilation, int stride)
    {
        int room = size + before + after - ((kernel - 1) * dilation) - 1;
        return room < 0 ? 0 : (room / stride) + 1;
    }

    internal void Validate(int rows, int columns)
    {
        if (OutputChannels < 1 || InputChannels < 1 || Groups < 1 || KernelHeight < 1 || KernelWidth < 1 || StrideHeight < 1 || StrideWidth < 1 || DilationHeight < 1 || DilationWidth < 1)
            throw new ArgumentException("Channels, groups, kernel, strides and dilations are at least 1.");
        if (PadTop < 0 || PadLeft < 0 || PadBottom < 0 || PadRight < 0)
            throw new ArgumentException("Pads are not negative.");
        if (OutputChannels % Groups != 0 || InputChannels % Groups != 0)
            throw new ArgumentException($"{Groups} groups do not divide {OutputChannels} output and {InputChannels} input channels.");
        if (rows != OutputChannels || columns != (long)InputChannels / Groups * KernelHeight * KernelWidth)
            throw new ArgumentException($"Weights of shape ({rows}, {columns}) are not {OutputChannels} kernels of {InputChannels / Groups} x {KernelHeight} x {KernelWidth}.");
    }
}
