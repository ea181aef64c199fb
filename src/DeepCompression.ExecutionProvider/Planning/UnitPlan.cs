using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>How one operator would be computed from its compressed weights.</summary>
/// <param name="Node">The operator.</param>
/// <param name="Weights">The weights it reads that are nodes of ours.</param>
/// <param name="Followers">The nodes behind it that are computed with it, in order.</param>
internal abstract record UnitPlan(NodeView Node, IReadOnlyList<WeightNode> Weights, IReadOnlyList<NodeView> Followers)
{
    /// <summary>What the kernel and the stock operator are expected to cost.</summary>
    public abstract KernelEstimate Estimate { get; }

    /// <summary>The plan with what else can be computed behind the operator and its followers.</summary>
    /// <param name="graph">The graph.</param>
    public virtual UnitPlan Extend(GraphView graph) => this;

    /// <summary>What a report says of the kernel behind its speed; nothing where it is the usual one.</summary>
    public virtual string How => "";

    /// <summary>The shapes of the results, as far as they follow from the shape of the first input.</summary>
    /// <param name="input">The dimensions; negative ones are not known, and stand in the results where they are taken over.</param>
    /// <returns>One shape a result; null where the input has another rank than the operator takes.</returns>
    public abstract long[][]? InferShapes(long[] input);

    /// <summary>The values that every run reads, the first input first; those left out are null.</summary>
    public virtual IReadOnlyList<ValueView?> Reads => [Node.Input(0)];

    /// <summary>The values that the operator, with its followers, yields.</summary>
    public IReadOnlyList<ValueView?> Results => Followers.Count == 0 ? Node.Outputs : Followers[^1].Outputs;

    /// <summary>The same work with dense weights, of a size that is known; null where it is not to be measured.</summary>
    public virtual DenseWork? Work => null;

    /// <summary>Numbers that the operator reads beside its weights, for work that is measured.</summary>
    public virtual long InputElements => 0;

    /// <summary>Numbers that the operator writes, for work that is measured.</summary>
    public virtual long OutputElements => 0;

    /// <summary>What the kernel is made of: equal recipes of one graph make equal kernels.</summary>
    public string Recipe => field ??= MakeRecipe();

    /// <summary>Says what the kernel is made of.</summary>
    protected abstract string MakeRecipe();

    /// <summary>Builds the kernel.</summary>
    /// <param name="options">How to build.</param>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    public abstract IDisposable BuildKernel(KernelOptions options);

    /// <summary>Makes one call of a kernel, to be measured.</summary>
    /// <param name="kernel">A kernel of this plan.</param>
    /// <returns>Computes an output of <see cref="OutputElements"/> from an input of <see cref="InputElements"/>, on one thread.</returns>
    public virtual Action<nint, nint> Call(IDisposable kernel) => throw new NotSupportedException($"{Node.OpType} is not measured");

    /// <summary>Makes the unit, with its kernel.</summary>
    public abstract Unit Compile(CompileContext context);
}
