using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Convolutions and the Concat that reads them, as one operator.</summary>
internal sealed record ConcatenationPlan(Concatenation Whole)
    : UnitPlan(Whole.Parts[0].Node, [.. Whole.Parts.Select(part => part.Weight)], [.. Nodes(Whole).Skip(1)])
{
    /// <inheritdoc/>
    public override KernelEstimate Estimate => new(Whole.Parts.Sum(part => part.Estimate.Kernel), Whole.Parts.Sum(part => part.Estimate.Dense));

    /// <inheritdoc/>
    public override IReadOnlyList<ValueView?> Reads => [.. Whole.Parts.Select(part => part.Node.Input(0))];

    /// <inheritdoc/>
    public override long[][]? InferShapes(long[] input)
    {
        if (Whole.Parts[0].InferShapes(input) is not [long[] shape])
            return null;
        shape[1] = 0;
        foreach (ConvolutionPlan part in Whole.Parts)
            shape[1] += part.Geometry.OutputChannels;
        return [shape];
    }

    /// <inheritdoc/>
    protected override string MakeRecipe() => string.Join(" & ", Whole.Parts.Select(part => part.Recipe));

    /// <inheritdoc/>
    public override IDisposable BuildKernel(KernelOptions options)
    {
        List<IConvolution> kernels = [];
        try
        {
            foreach (ConvolutionPlan part in Whole.Parts)
                kernels.Add((IConvolution)part.BuildKernel(options));
        }
        catch (Exception)
        {
            kernels.ForEach(kernel => kernel.Dispose());
            throw;
        }

        return new ConvolutionKernels(kernels);
    }

    /// <inheritdoc/>
    public override Unit Compile(CompileContext context)
    {
        int[] inputs = new int[Whole.Parts.Count];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = context.Input(Whole.Parts[i].Node.Input(0));
        return new ConcatenationUnit(context.Share<ConvolutionKernels>(this), Whole.Parts[0].Weight.Shape.Rank, [.. Whole.Parts.Select(part => part.Only)], inputs, context.Output(Results[0]));
    }

    // The Concat last: its outputs are the results.
    private static IEnumerable<NodeView> Nodes(Concatenation whole) => [.. whole.Parts.SelectMany(part => part.Followers.Prepend(part.Node)), whole.Node];
}
