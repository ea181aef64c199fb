namespace DeepCompression.Kernels;

/// <summary>
/// How a convolution runs on inputs of one size. The output is cut into as many equal blocks as a register has lanes,
/// and every lane owns one block with the inputs it needs around it: all loads are aligned and no lane is wasted. A
/// kernel of one tap without stride needs no neighbours: there, lanes are simply consecutive positions.
/// </summary>
internal sealed unsafe class ConvolutionPlan : IDisposable
{
    private readonly NativeBuffer _offsets;

    private ConvolutionPlan(ConvolutionGeometry geometry, int height, int width, int lanes, int gridRows, int gridColumns, bool flat)
    {
        (Height, Width, Lanes, GridRows, GridColumns, IsFlat) = (height, width, lanes, gridRows, gridColumns, flat);
        (OutputHeight, OutputWidth) = (geometry.GetOutputHeight(height), geometry.GetOutputWidth(width));
        BlockRows = flat ? 1 : (OutputHeight + gridRows - 1) / gridRows;
        BlockColumns = flat ? ((height * width) + lanes - 1) / lanes : (OutputWidth + gridColumns - 1) / gridColumns;
        StepRows = geometry.StrideHeight;
        Phases = geometry.StrideWidth;
        InputRows = ((BlockRows - 1) * geometry.StrideHeight) + ((geometry.KernelHeight - 1) * geometry.DilationHeight) + 1;
        int inputColumns = ((BlockColumns - 1) * geometry.StrideWidth) + ((geometry.KernelWidth - 1) * geometry.DilationWidth) + 1;
        PhaseColumns = (inputColumns + Phases - 1) / Phases;
        RowVectors = Phases * PhaseColumns;
        ChannelVectors = (InputRows * RowVectors) | 1; // odd: channels do not fall on the same cache sets
        Passes = [.. ConvolutionPasses.Cover(BlockRows, BlockColumns)];

        int taps = geometry.KernelHeight * geometry.KernelWidth, columns = geometry.InputChannels / geometry.Groups * taps;
        _offsets = new NativeBuffer(sizeof(int) * (long)columns);
        int* offsets = (int*)_offsets.Pointer;
        for (int column = 0; column < columns; column++)
        {
            int channel = column / taps, tap = column % taps;
            int row = tap / geometry.KernelWidth * geometry.DilationHeight, left = tap % geometry.KernelWidth * geometry.DilationWidth;
            offsets[column] = checked(((channel * ChannelVectors) + (row * RowVectors) + (left % Phases * PhaseColumns) + (left / Phases)) * lanes * sizeof(float));
        }
    }

    public int Height { get; }

    public int Width { get; }

    public int OutputHeight { get; }

    public int OutputWidth { get; }

    public int Lanes { get; }

    /// <summary>Whether lanes are consecutive positions.</summary>
    public bool IsFlat { get; }

    /// <summary>Blocks above each other.</summary>
    public int GridRows { get; }

    /// <summary>Blocks side by side.</summary>
    public int GridColumns { get; }

    /// <summary>Rows of outputs a block.</summary>
    public int BlockRows { get; }

    /// <summary>Columns of outputs a block.</summary>
    public int BlockColumns { get; }

    /// <summary>Rows of inputs from a row of outputs to the next.</summary>
    public int StepRows { get; }

    /// <summary>Columns of inputs from an output to the next; columns of the same remainder lie together.</summary>
    public int Phases { get; }

    /// <summary>Columns of inputs a phase.</summary>
    public int PhaseColumns { get; }

    /// <summary>Rows of inputs a block.</summary>
    public int InputRows { get; }

    /// <summary>Vectors a row of inputs.</summary>
    public int RowVectors { get; }

    /// <summary>Vectors a channel of inputs.</summary>
    public int ChannelVectors { get; }

    /// <summary>The tiles that make up a block.</summary>
    public ConvolutionPass[] Passes { get; }

    /// <summary>Where the input of every column of the weights starts, in bytes.</summary>
    public int* Offsets => (int*)_offsets.Pointer;

    public long Bytes => _offsets.Bytes;

    /// <summary>Bytes from the inputs of a row of outputs to those of the next.</summary>
    public nint RunStride => (nint)StepRows * RowVectors * Lanes * sizeof(float);

    /// <summary>Where a pass starts in the inputs, in bytes.</summary>
    public nint GetStart(ConvolutionPass pass) => (((nint)pass.Row * StepRows * RowVectors) + pass.Column) * Lanes * sizeof(float);

    /// <summary>Plans a size: of all ways to cut the output, the one with the least work.</summary>
    public static ConvolutionPlan Create(ConvolutionGeometry geometry, int height, int width, int lanes, double weightsAChannel)
    {
        if (geometry is { KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, PadTop: 0, PadLeft: 0, PadBottom: 0, PadRight: 0 })
            return new ConvolutionPlan(geometry, height, width, lanes, 1, 1, flat: true);

        int outHeight = geometry.GetOutputHeight(height), outWidth = geometry.GetOutputWidth(width), best = 1;
        double least = double.PositiveInfinity;
        for (int rows = 1; rows <= lanes; rows *= 2)
        {
            int blockRows = (outHeight + rows - 1) / rows, blockColumns = (outWidth + (lanes / rows) - 1) / (lanes / rows);
            double inputs = (double)((blockRows * geometry.StrideHeight) + geometry.KernelHeight) * ((blockColumns * geometry.StrideWidth) + geometry.KernelWidth);
            double cost = (ConvolutionPasses.GetCost(blockRows, blockColumns) * weightsAChannel) + (inputs * 8);
            if (cost < least)
                (best, least) = (rows, cost);
        }

        return new ConvolutionPlan(geometry, height, width, lanes, best, lanes / best, flat: false);
    }

    public void Dispose() => _offsets.Dispose();
}
