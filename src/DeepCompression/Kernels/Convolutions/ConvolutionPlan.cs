using DeepCompression.Sparse;

namespace DeepCompression.Kernels;

/// <summary>How a convolution runs on inputs of one size: how lanes share the work, and the weights laid out for that.</summary>
internal sealed unsafe class ConvolutionPlan : IDisposable
{
    private const int CacheBytes = 32 << 10;   // of inputs that a block of weights reads in a pass: most of a first-level cache
    private const int WholeCacheBytes = 48 << 10; // the same for rows that would have few weights in such a block
    private const int SumBytes = 256 << 10;    // of a part: they stay in the second-level cache beside the inputs
    private const double LittlePacking = 0.14; // of the work: up to so much, it is done twice rather than sent from one core to another
    private const double MuchPacking = 0.2;    // of the work where lanes are positions: from so much on, threads share positions, and their ends cache lines
    private const int PartsOfFewPasses = 2;    // a thread: evens out threads of which one is slower or late
    private const int ManyPasses = 4;          // from so many on, a thread's passes do that
    private const double FewWeights = 28;      // of a row in a block
    private const double LeastWeights = 8;     // of a row in a block: fewer, and moving its sums costs more than they save

    /// <summary>Plans a size.</summary>
    /// <param name="geometry">Channels, kernel, strides, pads.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="images">Images of a call.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="lanes">Lanes of a register.</param>
    /// <param name="parts">Parts of the weights at least.</param>
    /// <param name="cut">How lanes share the work; null for what is fastest.</param>
    /// <param name="outputs">The phases that channels are of a transposed convolution; null of a convolution.</param>
    /// <param name="threads">Threads that share the weights.</param>
    public ConvolutionPlan(ConvolutionGeometry geometry, CsrMatrix weights, int images, int height, int width, int lanes, int parts, ConvolutionCut? cut = null, OutputPhases? outputs = null, int threads = 1)
    {
        OutputPhases = outputs;
        (Geometry, Images, Height, Width, Lanes) = (geometry, images, height, width, lanes);
        (OutputHeight, OutputWidth) = (geometry.GetOutputHeight(height), geometry.GetOutputWidth(width));
        Cut = cut ?? ConvolutionCut.Choose(geometry, images, height, width, lanes, weights.NonZeros);
        (double work, double packing, _) = Cut.GetCost(geometry, height, width, lanes, weights.NonZeros);
        PacksAlone = IsFlat || packing < LittlePacking * work;
        SharesChannels = !IsFlat || packing < MuchPacking * work;
        (BlockRows, BlockColumns) = Cut.GetBlock(geometry, height, width, lanes);
        (InputRows, InputColumns) = Cut.GetInputs(geometry, width, (BlockRows, BlockColumns));
        PhaseColumns = (InputColumns + Phases - 1) / Phases;
        RowVectors = IsStrips ? ConvolutionCut.GetStripRow(geometry, width) : Phases * PhaseColumns;
        ChannelVectors = (InputRows * Phases * PhaseColumns) | 1; // odd: channels do not fall on the same cache sets
        PlaneColumns = IsStrips ? RowVectors : ((Cut.GridColumns - 1) * BlockColumns * Phases) + InputColumns;
        PlaneRows = IsStrips
            ? checked((((Cut.GridColumns - 1) * BlockColumns) + Math.Max(InputColumns, LaneTurn.MostStrips * BlockColumns) + PlaneColumns - 1) / PlaneColumns)
            : ((Cut.GridRows - 1) * BlockRows * geometry.StrideHeight) + InputRows;
        bool inside = Cut.Lanes == ConvolutionLanes.Blocks && geometry is { PadTop: 0, PadLeft: 0 } && PlaneRows <= height && PlaneColumns <= width;
        PlaneLength = IsFlat || inside ? 0 : (long)Cut.Images * PlaneRows * PlaneColumns;
        Places = new (int, int, int)[lanes];
        for (int lane = 0; lane < lanes; lane++)
            Places[lane] = (lane / (Cut.GridRows * Cut.GridColumns), lane / Cut.GridColumns % Cut.GridRows, lane % Cut.GridColumns);
        Passes = ConvolutionPasses.Cover(Cut.Lanes, BlockRows, BlockColumns);
        if (threads > 1)
            parts = Math.Max(parts, Passes.Length >= ManyPasses ? threads : threads * PartsOfFewPasses);
        int sums = GetLargestShape().Sums * VectorBytes * geometry.OutputChannels;
        Layout = BlockedLayout.Build(weights, ChooseBlock(weights), ((sums / SumBytes / parts) + 1) * parts, geometry.OutputChannels / geometry.Groups, IsFlat ? null : GetPositions(), together: outputs?.Count ?? 1);
    }

    public ConvolutionGeometry Geometry { get; }

    /// <summary>Images of a call that the plan was made for.</summary>
    public int Images { get; }

    public int Height { get; }

    public int Width { get; }

    public int OutputHeight { get; }

    public int OutputWidth { get; }

    public int Lanes { get; }

    /// <summary>The phases that channels are of a transposed convolution; null of a convolution.</summary>
    public OutputPhases? OutputPhases { get; }

    /// <summary>How lanes share the work.</summary>
    public ConvolutionCut Cut { get; }

    /// <summary>Whether lanes are positions.</summary>
    public bool IsFlat => Cut.Lanes == ConvolutionLanes.Positions;

    /// <summary>Whether lanes are strips of an image.</summary>
    public bool IsStrips => Cut.Lanes == ConvolutionLanes.Strips;

    /// <summary>Rows of outputs a lane.</summary>
    public int BlockRows { get; }

    /// <summary>Columns of outputs a lane.</summary>
    public int BlockColumns { get; }

    /// <summary>Columns of inputs from an output to the next; columns of the same remainder lie together.</summary>
    public int Phases => Geometry.StrideWidth;

    /// <summary>Columns of inputs a phase.</summary>
    public int PhaseColumns { get; }

    /// <summary>Vectors from a row of inputs to the next.</summary>
    public int RowVectors { get; }

    /// <summary>Rows of inputs a lane; strips have all in one.</summary>
    public int InputRows { get; }

    /// <summary>Columns of inputs a lane.</summary>
    public int InputColumns { get; }

    /// <summary>Rows of the padded copy of a channel.</summary>
    public int PlaneRows { get; }

    /// <summary>Columns of the padded copy of a channel.</summary>
    public int PlaneColumns { get; }

    /// <summary>Numbers of the padded copies of one channel of all images; 0 where images are read as they are.</summary>
    public long PlaneLength { get; }

    /// <summary>The block of every lane: its image, its row and its column in the grid.</summary>
    public (int Image, int Row, int Column)[] Places { get; }

    /// <summary>Vectors a channel of inputs.</summary>
    public int ChannelVectors { get; }

    /// <summary>The tiles that make up a block.</summary>
    public ConvolutionPass[] Passes { get; }

    /// <summary>The weights.</summary>
    public BlockedLayout Layout { get; }

    /// <summary>Bytes of a vector.</summary>
    public int VectorBytes => Lanes * sizeof(float);

    /// <summary>Whether threads that share images put the inputs into the lanes each for itself.</summary>
    public bool PacksAlone { get; }

    /// <summary>Whether threads that share images share output channels, so that no two write to the same cache lines; otherwise they share positions.</summary>
    public bool SharesChannels { get; }

    /// <summary>Bytes of the inputs in the lanes; where lanes are positions, of one pass.</summary>
    public long PackedBytes => (long)(IsFlat ? Passes.Max(pass => pass.Shape.Vectors) : ChannelVectors) * VectorBytes * Geometry.InputChannels;

    /// <summary>Bytes of a transposed convolution's results on their way to the output: what lanes have of a pass in one row of phases.</summary>
    public long TurnedBytes => VectorBytes * 2L * TileShape.MaxVectors * (OutputPhases?.Columns ?? 0);

    /// <summary>Bytes from the inputs of a run of a pass to those of the next: of a row of outputs below, or of the outputs that follow.</summary>
    public nint GetRunBytes(ConvolutionPass pass) => VectorBytes * (nint)(IsStrips ? pass.Shape.Vectors : Geometry.StrideHeight * RowVectors);

    /// <summary>Bytes from a position to the next: positions are vectors, or the vectors of a channel in a pass.</summary>
    public nint GetPositionBytes(ConvolutionPass pass) => IsFlat ? pass.Shape.Vectors * VectorBytes : VectorBytes;

    /// <summary>Where the inputs of a pass start, in bytes.</summary>
    public nint GetStart(ConvolutionPass pass, int channel) => VectorBytes * (IsFlat
        ? (nint)channel * pass.Shape.Vectors
        : ((nint)channel * ChannelVectors) + ((nint)pass.Row * Geometry.StrideHeight * RowVectors) + pass.Column);

    /// <summary>Whether lanes are positions, and outputs of padding alone surround them.</summary>
    public bool HasBorder => IsFlat && (OutputHeight != Height || OutputWidth != Width);

    /// <summary>Whether the results of a pass are a run of the output's numbers. One vector alone is summed in another order: it never overlaps.</summary>
    public bool IsDirect(ConvolutionPass pass) =>
        IsFlat && Cut.Images == 1 && !HasBorder && (pass.Shape.Vectors + (pass.Shape.Vectors == 1 ? pass.Column : 0)) * Lanes <= Height * Width;

    /// <summary>The first position of a pass where lanes are positions; the last pass of an image ends with it and may overlap the one before.</summary>
    public int GetFirstPosition(ConvolutionPass pass) => IsDirect(pass) ? Math.Min(pass.Column * Lanes, (Height * Width) - (pass.Shape.Vectors * Lanes)) : pass.Column * Lanes;

    public void Dispose() => Layout.Dispose();

    /// <summary>Columns a block: whole channels, as many as fit the cache, unless rows are too sparse for that.</summary>
    private int ChooseBlock(CsrMatrix weights)
    {
        int taps = Geometry.KernelHeight * Geometry.KernelWidth, channels = Geometry.InputChannels / Geometry.Groups;
        TileShape shape = GetLargestShape();
        (int rows, int columns) = Cut.GetInputs(Geometry, Width, IsStrips ? (1, shape.Sums) : (shape.Runs, shape.Vectors));
        double density = weights.NonZeros / Math.Max((double)weights.Rows * weights.Columns, 1);
        double channelBytes = (double)rows * columns * VectorBytes, channelWeights = Math.Max(density, 1e-3) * taps;
        double fitting = Math.Clamp(FewWeights / channelWeights, CacheBytes / channelBytes, WholeCacheBytes / channelBytes);
        fitting = Math.Max(fitting, LeastWeights / channelWeights);
        int most = Math.Max((int)Math.Min(fitting, BlockedLayout.MaxBlockColumns / taps), 1), blocks = (channels + most - 1) / most;
        return Math.Min((channels + blocks - 1) / blocks * taps, BlockedLayout.MaxBlockColumns);
    }

    private TileShape GetLargestShape()
    {
        TileShape largest = Passes[0].Shape;
        foreach (ConvolutionPass pass in Passes)
            largest = pass.Shape.Sums > largest.Sums ? pass.Shape : largest;
        return largest;
    }

    private int[] GetPositions()
    {
        int taps = Geometry.KernelHeight * Geometry.KernelWidth;
        int[] positions = new int[Geometry.InputChannels / Geometry.Groups * taps];
        for (int column = 0; column < positions.Length; column++)
        {
            int tap = column % taps, row = tap / Geometry.KernelWidth * Geometry.DilationHeight, left = tap % Geometry.KernelWidth * Geometry.DilationWidth;
            positions[column] = checked((column / taps * ChannelVectors) + (row * RowVectors) + (left % Phases * PhaseColumns) + (left / Phases));
        }

        return positions;
    }
}
