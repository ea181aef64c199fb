namespace DeepCompression.Kernels;

/// <summary>The shape of a 2-D pooling layer (ONNX MaxPool and AveragePool, dilations of 1, sizes rounded down).</summary>
public sealed record PoolingGeometry
{
    /// <summary>What is made of a window.</summary>
    public PoolingKind Kind { get; init; }

    /// <summary>Rows of a window.</summary>
    public required int KernelHeight { get; init; }

    /// <summary>Columns of a window.</summary>
    public required int KernelWidth { get; init; }

    /// <summary>Rows between windows.</summary>
    public int StrideHeight { get; init; } = 1;

    /// <summary>Columns between windows.</summary>
    public int StrideWidth { get; init; } = 1;

    /// <summary>Rows above that count as none.</summary>
    public int PadTop { get; init; }

    /// <summary>Columns before that count as none.</summary>
    public int PadLeft { get; init; }

    /// <summary>Rows below that count as none.</summary>
    public int PadBottom { get; init; }

    /// <summary>Columns behind that count as none.</summary>
    public int PadRight { get; init; }

    /// <summary>Whether a mean is over the whole window, pads as zeros, instead of what of it lies in the input.</summary>
    public bool CountsPads { get; init; }

    /// <summary>Rows of the output for an input of this height; 0 where the window does not fit.</summary>
    /// <param name="height">Rows of the input.</param>
    public int GetOutputHeight(int height) => Extent(height + PadTop + PadBottom, KernelHeight, StrideHeight);

    /// <summary>Columns of the output for an input of this width; 0 where the window does not fit.</summary>
    /// <param name="width">Columns of the input.</param>
    public int GetOutputWidth(int width) => Extent(width + PadLeft + PadRight, KernelWidth, StrideWidth);

    internal void Validate()
    {
        if (KernelHeight < 1 || KernelWidth < 1 || StrideHeight < 1 || StrideWidth < 1)
            throw new ArgumentException("Windows and strides are at least 1.");
        if (PadTop < 0 || PadLeft < 0 || PadBottom < 0 || PadRight < 0 || PadTop >= KernelHeight || PadBottom >= KernelHeight || PadLeft >= KernelWidth || PadRight >= KernelWidth)
            throw new ArgumentException("Pads are not negative, and smaller than the window.");
    }

    private static int Extent(int size, int kernel, int stride) => size < kernel ? 0 : ((size - kernel) / stride) + 1;
}
