using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>MatMul or Gemm: every row of the input times one weight matrix.</summary>
internal sealed unsafe record LinearPlan(NodeView Node, WeightNode Weight, IReadOnlyList<NodeView> Followers, Epilogue Epilogue, int Inputs, int Outputs, bool IsTransposed, int? Batch)
    : UnitPlan(Node, [Weight], Followers)
{
    // Rows of x where the model leaves them open: one sample, or the steps of a sequence.
    private const int UnknownRows = 1;
    private const int UnknownSteps = 32;

    // A codebook with fewer non-zeros than this is worth storing without its zeros.
    private const double DenseFromDensity = 0.9;

    /// <inheritdoc/>
    public override KernelEstimate Estimate => IsDense ? SharedEstimate : SparseEstimate;

    private KernelEstimate SharedEstimate => KernelCost.Shared(Weight.CodebookSize, Outputs, Inputs, AssumedBatch);

    private KernelEstimate SparseEstimate => KernelCost.Linear(Weight.Entries, Outputs, Inputs, AssumedBatch);

    private int AssumedBatch => Batch ?? (Node.Input(0)?.Shape is { Length: 2 } ? UnknownRows : UnknownSteps);

    private bool IsDense => Weight.Density >= DenseFromDensity && Epilogue.Scale is null && SharedEstimate.Kernel <= SparseEstimate.Kernel;

    /// <summary>Sees whether an operator can be computed from a compressed weight.</summary>
    /// <returns>The plan, or the reason why not.</returns>
    public static (UnitPlan? Plan, string Reason) Match(GraphView graph, NodeView node, WeightNode weight)
    {
        if (node.Input(1)?.Name != weight.Output.Name || node.Input(0)?.Name == weight.Output.Name)
            return (null, "the weight is not the second operand");
        if (weight.Shape.Rank != 2)
            return (null, $"the weight has {weight.Shape.Rank} dimensions instead of 2");

        bool isGemm = node.IsOnnx("Gemm");
        bool isTransposed = isGemm && node.GetInt("transB", 0) != 0; // (outputs, inputs) as a kernel wants it
        int outputs = (int)weight.Shape.Dimensions[isTransposed ? 0 : 1];
        int inputs = (int)weight.Shape.Dimensions[isTransposed ? 1 : 0];
        if (!isTransposed && weight.Groups > 1)
            return (null, "the groups of the codebook run along the inputs");
        if (isGemm && node.GetInt("transA", 0) != 0)
            return (null, "the input is transposed");

        float[]? bias = null;
        if (isGemm && node.Input(2) is ValueView c)
        {
            bias = Epilogue.ReadChannels(c.Constant, outputs, 2, -1);
            if (bias is null)
                return (null, "the bias is not one constant an output");
            float beta = node.GetFloat("beta", 1);
            for (int i = 0; i < bias.Length; i++)
                bias[i] *= beta;
        }

        (Epilogue epilogue, List<NodeView> followers) = Epilogue.Match(graph, node, outputs, -1, isGemm ? node.GetFloat("alpha", 1) : 1, bias);
        return (new LinearPlan(node, weight, followers, epilogue, inputs, outputs, isTransposed, CountRows(node.Input(0)?.Shape)), "");
    }

    /// <inheritdoc/>
    public override Unit Compile(CompileContext context)
    {
        int input = context.Input(Node.Input(0));
        int output = context.Output(Results[0]);
        return IsDense
            ? new SharedLinearUnit(context.Share<SharedLinear>(this), input, output)
            : new LinearUnit(context.Share<SparseLinear>(this), input, output);
    }

    /// <inheritdoc/>
    public override long[][]? InferShapes(long[] input)
    {
        if (input.Length == 0)
            return null;
        long[] output = (long[])input.Clone();
        output[^1] = Outputs;
        return [output];
    }

    /// <inheritdoc/>
    public override DenseWork? Work => new(null, 0, 0, AssumedBatch, Inputs, Outputs);

    /// <inheritdoc/>
    public override long InputElements => (long)AssumedBatch * Inputs;

    /// <inheritdoc/>
    public override long OutputElements => (long)AssumedBatch * Outputs;

    /// <inheritdoc/>
    public override IDisposable BuildKernel(KernelOptions options)
    {
        if (Batch is int batch)
            options = options with { Batches = [batch] };
        return IsDense ? CompileShared(options) : CompileSparse(options);
    }

    /// <inheritdoc/>
    public override Action<nint, nint> Call(IDisposable kernel)
    {
        int batch = AssumedBatch;
        return kernel is SharedLinear shared
            ? (x, y) => shared.Compute((float*)x, (float*)y, batch, SequentialRunner.Instance)
            : (x, y) => ((SparseLinear)kernel).Compute((float*)x, (float*)y, batch, SequentialRunner.Instance);
    }

    /// <inheritdoc/>
    protected override string MakeRecipe() => $"{Weight.Output.Name}|{IsTransposed}|{Batch}|{IsDense}|{Epilogue.Recipe}";

    /// <summary>All rows of an input of this shape; null where it does not say how many.</summary>
    private static int? CountRows(long[]? shape)
    {
        if (shape is null)
            return null;
        long rows = 1;
        for (int axis = 0; axis < shape.Length - 1; axis++)
        {
            if (shape[axis] <= 0)
                return null;
            rows = Math.Min(rows * Math.Min(shape[axis], int.MaxValue), int.MaxValue);
        }

        return (int)rows;
    }

    private SharedLinear CompileShared(KernelOptions options)
    {
        CodedTensor coded = (CodedTensor)Weight.Decode();
        float[] codebook = WeightMatrix.ToSingle(coded.Codebook);
        return new SharedLinear(coded.Codes.Span, codebook, coded.Codebook.Groups, Outputs, Inputs, !IsTransposed, Epilogue.Shift, Epilogue.Activation, options);
    }

    /// <summary>The weight as the sparse kernel wants it.</summary>
    /// <exception cref="InvalidDataException">The weight is damaged.</exception>
    public CsrMatrix ReadMatrix()
    {
        if (IsTransposed)
            return WeightMatrix.Scale(Weight.Rows(Outputs, Inputs), Epilogue.Scale);
        CsrMatrix stored = Weight.Rows(Inputs, Outputs), weights = stored.Transpose();
        stored.Return();
        return WeightMatrix.Scale(weights, Epilogue.Scale);
    }

    private SparseLinear CompileSparse(KernelOptions options)
    {
        CsrMatrix weights = ReadMatrix();
        SparseLinear kernel = new(weights, Epilogue.Shift, Epilogue.Activation, options);
        weights.Return();
        return kernel;
    }
}
