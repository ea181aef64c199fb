using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Conv, 1-D or 2-D, with a compressed weight.</summary>
internal sealed unsafe record ConvolutionPlan(NodeView Node, WeightNode Weight, IReadOnlyList<NodeView> Followers, Epilogue Epilogue, ConvolutionGeometry Geometry, int Batch, int Height, int Width)
    : UnitPlan(Node, [Weight], Followers)
{
    private const int UnknownExtent = 32; // rows or columns assumed where the model does not say
    private const int MostPooledColumns = 256; // of a window: there is room for one beside a row
    private const double CallNanoseconds = 4_000; // a call that is split among threads

    // Of one image: those of a batch cost the same each, but share the call.
    private readonly Choice _choice = Choose(Weight, Geometry, Batch, Height > 0 ? Height : UnknownExtent, Width > 0 ? Width : UnknownExtent);

    /// <inheritdoc/>
    public override KernelEstimate Estimate => _choice.Estimate with { Kernel = _choice.Estimate.Kernel + (CallNanoseconds / Batch) };

    /// <summary>Maximum pooling behind the followers before it, which is computed with the convolution; null for none.</summary>
    public PoolingGeometry? Pooling { get; private init; }

    /// <inheritdoc/>
    public override string How => _choice.Method == ConvolutionMethod.Winograd ? ", by minimal filtering" : "";

    /// <inheritdoc/>
    public override DenseWork? Work => Height > 0 && Width > 0 ? new(Geometry, Height, Width, 0, 0, 0) : null;

    /// <inheritdoc/>
    public override long InputElements => (long)Geometry.InputChannels * AssumedHeight * AssumedWidth;

    /// <inheritdoc/>
    public override long OutputElements => (long)Geometry.OutputChannels * GetOutputHeight(AssumedHeight) * GetOutputWidth(AssumedWidth);

    /// <summary>The one size of input that the plan is right for; null where that is every size.</summary>
    public InputSize? Only => ConvolutionShape.HasPadsOfOneSize(Node) || (Pooling is not null && Followers[^1].GetInt("ceil_mode", 0) != 0) ? new(Height, Width) : null;

    private int AssumedHeight => Height > 0 ? Height : UnknownExtent;

    private int AssumedWidth => Width > 0 ? Width : UnknownExtent;

    private int Rank => Weight.Shape.Rank;

    /// <inheritdoc/>
    protected override string MakeRecipe() => $"{Weight.Output.Name}|{Geometry}|{(int)_choice.Method}|{Pooling}|{Epilogue.Recipe}";

    /// <summary>Sees whether an operator can be computed from a compressed weight.</summary>
    /// <returns>The plan, or the reason why not.</returns>
    public static (UnitPlan? Plan, string Reason) Match(GraphView graph, NodeView node, WeightNode weight)
    {
        if (node.Input(1)?.Name != weight.Output.Name || node.Input(0)?.Name == weight.Output.Name)
            return (null, "the weight is not the kernel");
        if (weight.Shape.Rank is not (3 or 4))
            return (null, $"the convolution is {weight.Shape.Rank - 2}-D");
        if (ConvolutionShape.Read(node, weight.Shape) is not ConvolutionGeometry geometry)
            return (null, "the pads depend on a size that the model does not say");

        (int height, int width) = ConvolutionShape.Extent(node, weight.Shape.Rank);
        if (!IsCountable(geometry, height, width))
            return (null, "the output is larger than any tensor");

        float[]? bias = null;
        if (node.Input(2) is ValueView b && (bias = Epilogue.ReadChannels(b.Constant, geometry.OutputChannels, 1, 0)) is null)
            return (null, "the bias is not constant");

        (Epilogue epilogue, List<NodeView> followers) = Epilogue.Match(graph, node, geometry.OutputChannels, 1, 1, bias);
        int batch = node.Input(0)?.Shape is [> 0 and <= int.MaxValue and long images, ..] ? (int)images : 1; // one where the model does not say
        try
        {
            return (new ConvolutionPlan(node, weight, followers, epilogue, geometry, batch, height, width), "");
        }
        catch (OverflowException)
        {
            return (null, "the sizes are larger than can be counted");
        }
    }

    /// <inheritdoc/>
    public override Unit Compile(CompileContext context) =>
        new ConvolutionUnit(context.Share<IConvolution>(this), Pooling, Rank, Only, context.Input(Node.Input(0)), context.Output(Results[0]));

    /// <inheritdoc/>
    public override UnitPlan Extend(GraphView graph)
    {
        if (Rank != 4 || Height <= 0 || Width <= 0 || Geometry.GetOutputHeight(Height) == 0 || Geometry.GetOutputWidth(Width) == 0 || graph.OnlyReader(Results[0]) is not NodeView pool)
            return this;
        PoolingGeometry? pooling = PoolingShape.Read(pool, Geometry.GetOutputHeight(Height), Geometry.GetOutputWidth(Width));
        return pooling is { Kind: PoolingKind.Maximum } && CanPool(pooling) ? this with { Pooling = pooling, Followers = [.. Followers, pool] } : this;
    }

    /// <inheritdoc/>
    public override long[][]? InferShapes(long[] input)
    {
        if (input.Length != Rank)
            return null;
        long width = Extent(input[^1], GetOutputWidth);
        return [Rank == 3 ? [input[0], Geometry.OutputChannels, width] : [input[0], Geometry.OutputChannels, Extent(input[2], GetOutputHeight), width]];

        static long Extent(long size, Func<int, int> output) => size is > 0 and <= int.MaxValue ? output((int)size) : -1;
    }

    /// <inheritdoc/>
    public override Action<nint, nint> Call(IDisposable kernel) =>
        (x, y) => ((IConvolution)kernel).Compute((float*)x, (float*)y, 1, Height, Width, SequentialRunner.Instance);

    /// <summary>The weight as the kernel wants it.</summary>
    /// <exception cref="InvalidDataException">The weight is damaged.</exception>
    public CsrMatrix ReadMatrix() => WeightMatrix.Scale(Weight.Rows(Geometry.OutputChannels, Weight.Shape.Length / Geometry.OutputChannels), Epilogue.Scale);

    /// <inheritdoc/>
    public override IDisposable BuildKernel(KernelOptions options)
    {
        CsrMatrix weights = ReadMatrix();
        IConvolution kernel = _choice.Method switch
        {
            ConvolutionMethod.Pointwise => new SharedPointwise(weights, Geometry, Epilogue.Shift, Epilogue.Activation, options),
            ConvolutionMethod.Winograd => new WinogradConvolution(weights, Geometry, Epilogue.Shift, Epilogue.Activation, options),
            _ => new SparseConvolution(weights, Geometry, Epilogue.Shift, Epilogue.Activation, options),
        };
        bool keepsWeights = false; // until it sees an input
        if (kernel is SparseConvolution sparse)
        {
            keepsWeights = Height <= 0 || Width <= 0 || Geometry.GetOutputHeight(Height) == 0 || Geometry.GetOutputWidth(Width) == 0;
            if (!keepsWeights)
                sparse.Prepare(Height, Width, Batch);
        }

        if (!keepsWeights)
            weights.Return();
        return Pooling is null ? kernel : new PooledConvolution(kernel, Pooling, options);
    }

    // Others would write all results and read them again, which costs more than a pooling layer of stock's and a change of layout.
    private bool CanPool(PoolingGeometry pooling) =>
        pooling.KernelWidth <= MostPooledColumns && (_choice.Method == ConvolutionMethod.Winograd || (_choice.Method == ConvolutionMethod.Sparse && Batch == 1 && SparseConvolution.CanPool(Geometry, pooling, Weight.Entries, Height, Width)));

    private int GetOutputHeight(int height) => Pooling?.GetOutputHeight(Geometry.GetOutputHeight(height)) ?? Geometry.GetOutputHeight(height);

    private int GetOutputWidth(int width) => Pooling?.GetOutputWidth(Geometry.GetOutputWidth(width)) ?? Geometry.GetOutputWidth(width);

    // Of one image, as memory and the kernels' own places are counted.
    private static bool IsCountable(ConvolutionGeometry geometry, int height, int width)
    {
        long rows = Math.Max(height, 1L) + geometry.PadTop + geometry.PadBottom, columns = Math.Max(width, 1L) + geometry.PadLeft + geometry.PadRight;
        return rows <= int.MaxValue && columns <= int.MaxValue && ((rows / geometry.StrideHeight) + 1) * ((columns / geometry.StrideWidth) + 1) <= int.MaxValue / geometry.OutputChannels;
    }

    /// <summary>The fastest way: by the weights that are not zero, or, where few are, by all of them.</summary>
    private static Choice Choose(WeightNode weight, ConvolutionGeometry geometry, int batch, int height, int width)
    {
        Choice best = new(ConvolutionMethod.Sparse, KernelCost.Convolution(weight.Entries, geometry, height, width));
        bool hasCodes = weight.CodebookSize < Codebook.MaxSize || weight.Entries == weight.Shape.Length; // for zeros, too
        if (SharedPointwise.Fits(geometry) && SharedPointwise.IsEfficient && hasCodes)
            Try(ConvolutionMethod.Pointwise, KernelCost.Pointwise(geometry, height, width));
        if (WinogradConvolution.Fits(geometry) && WinogradConvolution.IsEfficient)
            Try(ConvolutionMethod.Winograd, KernelCost.Winograd(weight.CodebookSize, geometry, batch, height, width));
        return best;

        void Try(ConvolutionMethod method, KernelEstimate estimate)
        {
            if (estimate.Kernel < best.Estimate.Kernel)
                best = new Choice(method, estimate);
        }
    }

    // A class: tuples of numbers are compiled when they are first used.
    private sealed record Choice(ConvolutionMethod Method, KernelEstimate Estimate);
}
