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
    private const double CallNanoseconds = 4_000; // a call that is split among threads

    /// <inheritdoc/>
    public override KernelEstimate Estimate
    {
        get
        {
            // Of one image: those of a batch cost the same each, but share the call.
            KernelEstimate estimate = IsPointwise ? SharedEstimate : SparseEstimate;
            return estimate with { Kernel = estimate.Kernel + (CallNanoseconds / Batch) };
        }
    }

    /// <inheritdoc/>
    public override DenseWork? Work => Height > 0 && Width > 0 ? new(Geometry, Height, Width, 0, 0, 0) : null;

    /// <inheritdoc/>
    public override long InputElements => (long)Geometry.InputChannels * AssumedHeight * AssumedWidth;

    /// <inheritdoc/>
    public override long OutputElements => (long)Geometry.OutputChannels * Geometry.GetOutputHeight(AssumedHeight) * Geometry.GetOutputWidth(AssumedWidth);

    /// <summary>Whether the weight is hardly pruned, so that reading every code is less work than finding those that are not zero.</summary>
    private bool IsPointwise => SharedPointwise.Fits(Geometry) && SharedPointwise.IsEfficient && (Weight.CodebookSize < Codebook.MaxSize || Weight.Entries == Weight.Shape.Length) &&
        SharedEstimate.Kernel < SparseEstimate.Kernel;

    private KernelEstimate SparseEstimate => KernelCost.Convolution(Weight.Entries, Geometry, AssumedHeight, AssumedWidth);

    private KernelEstimate SharedEstimate => KernelCost.Pointwise(Geometry, AssumedHeight, AssumedWidth);

    private int AssumedHeight => Height > 0 ? Height : UnknownExtent;

    private int AssumedWidth => Width > 0 ? Width : UnknownExtent;

    private int Rank => Weight.Shape.Rank;

    /// <inheritdoc/>
    public override string Recipe => $"{Weight.Output.Name}|{Geometry}|{IsPointwise}|{Epilogue.Recipe}";

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

        float[]? bias = null;
        if (node.Input(2) is ValueView b && (bias = Epilogue.ReadChannels(b.Constant, geometry.OutputChannels, 1, 0)) is null)
            return (null, "the bias is not constant");

        (Epilogue epilogue, List<NodeView> followers) = Epilogue.Match(graph, node, geometry.OutputChannels, 1, 1, bias);
        (int height, int width) = ConvolutionShape.Extent(node, weight.Shape.Rank);
        int batch = node.Input(0)?.Shape is [> 0 and <= int.MaxValue and long images, ..] ? (int)images : 1; // one where the model does not say
        return (new ConvolutionPlan(node, weight, followers, epilogue, geometry, batch, height, width), "");
    }

    /// <inheritdoc/>
    public override Unit Compile(CompileContext context) =>
        new ConvolutionUnit(context.Share<IConvolution>(this), Rank, context.Input(Node.Input(0)), context.Output(Results[0]));

    /// <inheritdoc/>
    public override long[][]? InferShapes(long[] input)
    {
        if (input.Length != Rank)
            return null;
        long width = Extent(input[^1], Geometry.GetOutputWidth);
        return [Rank == 3 ? [input[0], Geometry.OutputChannels, width] : [input[0], Geometry.OutputChannels, Extent(input[2], Geometry.GetOutputHeight), width]];

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
        if (IsPointwise)
        {
            SharedPointwise pointwise = new(weights, Geometry, Epilogue.Shift, Epilogue.Activation, options);
            weights.Return();
            return pointwise;
        }

        SparseConvolution kernel = new(weights, Geometry, Epilogue.Shift, Epilogue.Activation, options);
        if (Height <= 0 || Width <= 0 || Geometry.GetOutputHeight(Height) == 0 || Geometry.GetOutputWidth(Width) == 0)
            return kernel; // which keeps the weights until it sees an input
        kernel.Prepare(Height, Width, Batch);
        weights.Return();
        return kernel;
    }
}
