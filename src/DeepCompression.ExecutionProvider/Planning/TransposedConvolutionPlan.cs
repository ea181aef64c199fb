using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>ConvTranspose, 1-D or 2-D, with a compressed weight.</summary>
internal sealed unsafe record TransposedConvolutionPlan(
    NodeView Node, WeightNode Weight, IReadOnlyList<NodeView> Followers, Epilogue Epilogue, TransposedConvolutionGeometry Geometry, int Batch, int Height, int Width)
    : UnitPlan(Node, [Weight], Followers)
{
    private const int UnknownExtent = 32; // rows or columns assumed where the model does not say
    private const int MostCentroids = 256;
    private const double CallNanoseconds = 8_000; // a call that is split among threads

    /// <inheritdoc/>
    public override KernelEstimate Estimate
    {
        get
        {
            // Of one image: those of a batch cost the same each, but share the call.
            KernelEstimate estimate = TransposedConvolutionCost.Estimate(Weight.Entries, Geometry, AssumedHeight, AssumedWidth);
            return estimate with { Kernel = estimate.Kernel + (CallNanoseconds / Batch) };
        }
    }

    /// <inheritdoc/>
    public override DenseWork? Work => Height > 0 && Width > 0 ? new(null, Height, Width, 0, 0, 0, Geometry) : null;

    /// <inheritdoc/>
    public override long InputElements => (long)Geometry.InputChannels * AssumedHeight * AssumedWidth;

    /// <inheritdoc/>
    public override long OutputElements => (long)Geometry.OutputChannels * Geometry.GetOutputHeight(AssumedHeight) * Geometry.GetOutputWidth(AssumedWidth);

    private int AssumedHeight => Height > 0 ? Height : UnknownExtent;

    private int AssumedWidth => Width > 0 ? Width : UnknownExtent;

    private int Rank => Weight.Shape.Rank;

    /// <inheritdoc/>
    protected override string MakeRecipe() => $"{Weight.Output.Name}|{Geometry}|{Epilogue.Recipe}";

    /// <summary>Sees whether an operator can be computed from a compressed weight.</summary>
    /// <returns>The plan, or the reason why not.</returns>
    public static (UnitPlan? Plan, string Reason) Match(GraphView graph, NodeView node, WeightNode weight)
    {
        if (node.Input(1)?.Name != weight.Output.Name || node.Input(0)?.Name == weight.Output.Name)
            return (null, "the weight is not the kernel");
        if (TransposedConvolutionShape.Read(node, weight.Shape.Dimensions, out string refusal) is not TransposedConvolutionGeometry geometry)
            return (null, refusal);
        int codebooks = OutputRows.CountCodebooks(geometry.InputChannels, geometry.Groups, weight.Groups);
        if (codebooks * weight.CodebookSize > MostCentroids)
            return (null, $"the {codebooks} codebooks of the inputs have more than {MostCentroids} centroids together");

        float[]? bias = null;
        if (node.Input(2) is ValueView b && (bias = Epilogue.ReadChannels(b.Constant, geometry.OutputChannels, 1, 0)) is null)
            return (null, "the bias is not constant");

        (Epilogue epilogue, List<NodeView> followers) = Epilogue.Match(graph, node, geometry.OutputChannels, 1, 1, bias);
        (int height, int width) = ConvolutionShape.Extent(node, weight.Shape.Rank);
        int batch = node.Input(0)?.Shape is [> 0 and <= int.MaxValue and long images, ..] ? (int)images : 1; // one where the model does not say
        return (new TransposedConvolutionPlan(node, weight, followers, epilogue, geometry, batch, height, width), "");
    }

    /// <inheritdoc/>
    public override Unit Compile(CompileContext context) => new TransposedConvolutionUnit(
        context.Share<SparseTransposedConvolution>(this), Rank, TransposedConvolutionShape.HasOutputShape(Node) ? new InputSize(Height, Width) : null, context.Input(Node.Input(0)), context.Output(Results[0]));

    /// <inheritdoc/>
    public override long[][]? InferShapes(long[] input) => input.Length == Rank ? [TransposedConvolutionShape.Infer(Geometry, input)] : null;

    /// <inheritdoc/>
    public override Action<nint, nint> Call(IDisposable kernel) =>
        (x, y) => ((SparseTransposedConvolution)kernel).Compute((float*)x, (float*)y, 1, Height, Width, SequentialRunner.Instance);

    /// <inheritdoc/>
    public override IDisposable BuildKernel(KernelOptions options)
    {
        CsrMatrix stored = Weight.Rows(Geometry.InputChannels, Weight.Shape.Length / Geometry.InputChannels);
        OutputPhases phases = new(Geometry);
        CsrMatrix weights = WeightMatrix.Scale(OutputRows.From(stored, phases), Epilogue.Scale);
        stored.Return();
        SparseTransposedConvolution kernel = new(weights, phases, Epilogue.Shift, Epilogue.Activation, options);
        if (Height <= 0 || Width <= 0 || Geometry.GetOutputHeight(Height) == 0 || Geometry.GetOutputWidth(Width) == 0)
            return kernel; // which keeps the weights until it sees an input
        kernel.Prepare(Height, Width, Batch);
        weights.Return();
        return kernel;
    }
}
