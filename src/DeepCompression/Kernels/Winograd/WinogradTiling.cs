namespace DeepCompression.Kernels;

/// <summary>How a <see cref="WinogradConvolution"/> cuts images of one size: tiles of outputs, each computed from as many inputs in either direction as there are points.</summary>
internal sealed record WinogradTiling
{
    /// <summary>Outputs of a tile in either direction.</summary>
    public const int Outputs = 4;

    private const int InputBytes = 2 << 20;     // of a unit, transformed
    private const int MostTiles = 24 * 16;      // of a unit
    private const int LeastTaps = 2;
    private const int MostTaps = 5;

    /// <summary>Cuts images.</summary>
    /// <param name="geometry">A convolution that <see cref="Fits"/>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    public WinogradTiling(ConvolutionGeometry geometry, int batch, int height, int width)
    {
        (Batch, Height, Width, Taps) = (batch, height, width, Math.Max(GetTaps(geometry), LeastTaps));
        PhaseRows = Math.Min(geometry.StrideHeight, geometry.KernelHeight);
        PhaseColumns = Math.Min(geometry.StrideWidth, geometry.KernelWidth);
        GridRows = (geometry.GetOutputHeight(height) + Outputs - 1) / Outputs;
        GridColumns = (geometry.GetOutputWidth(width) + Outputs - 1) / Outputs;
        Tiles = checked(GridRows * GridColumns * batch);
        Channels = checked(geometry.InputChannels / geometry.Groups * PhaseRows * PhaseColumns);
    }

    /// <summary>Images.</summary>
    public int Batch { get; }

    /// <summary>Rows of the input.</summary>
    public int Height { get; }

    /// <summary>Columns of the input.</summary>
    public int Width { get; }

    /// <summary>Rows, and columns, of the kernel of a phase; some may be zero.</summary>
    public int Taps { get; }

    /// <summary>Inputs of a tile in either direction.</summary>
    public int Points => Taps + Outputs - 1;

    /// <summary>Products a tile and channel.</summary>
    public int Products => Points * Points;

    /// <summary>Phases of the rows: those of the same remainder by the stride.</summary>
    public int PhaseRows { get; }

    /// <summary>Phases of the columns.</summary>
    public int PhaseColumns { get; }

    /// <summary>Channels of a group times phases.</summary>
    public int Channels { get; }

    /// <summary>Rows of tiles an image.</summary>
    public int GridRows { get; }

    /// <summary>Columns of tiles an image.</summary>
    public int GridColumns { get; }

    /// <summary>Tiles of all images.</summary>
    public int Tiles { get; }

    /// <summary>Whether images can be cut for a convolution: one that is not dilated, of 2 to 5 taps a stride in one direction, and no more in the other.</summary>
    public static bool Fits(ConvolutionGeometry geometry) => geometry is { DilationHeight: 1, DilationWidth: 1 } && GetTaps(geometry) is >= LeastTaps and <= MostTaps;

    /// <summary>Vectors of tiles.</summary>
    public int GetVectors(int lanes) => (Tiles + lanes - 1) / lanes;

    /// <summary>Bytes of the transformed inputs of a group.</summary>
    public long GetInputBytes(int lanes) => (long)Products * Channels * GetVectors(lanes) * lanes * sizeof(float);

    /// <summary>Runs of tiles that are computed one after another: as many as have their transformed inputs in a cache, and not fewer than kernels take at a time.</summary>
    public int GetUnits(int lanes)
    {
        long most = InputBytes / ((long)Products * Channels * lanes * sizeof(float)) / WinogradKernels.ManyVectors * WinogradKernels.ManyVectors;
        most = Math.Min(Math.Max(most, WinogradKernels.ManyVectors), Math.Max(MostTiles / lanes, 1));
        return (int)Math.Max((GetVectors(lanes) + (most / 4)) / most, 1);
    }

    private static int GetTaps(ConvolutionGeometry geometry) => Math.Max(GetTaps(geometry.KernelHeight, geometry.StrideHeight), GetTaps(geometry.KernelWidth, geometry.StrideWidth));

    private static int GetTaps(int kernel, int stride) => (kernel + stride - 1) / stride;
}
