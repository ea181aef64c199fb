using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>LSTM or GRU whose input and recurrent weights are both compressed.</summary>
internal sealed record RecurrentPlan(NodeView Node, WeightNode Input, WeightNode Recurrent, RecurrentGeometry Geometry, float[]? Bias, float[]? Peepholes)
    : UnitPlan(Node, [Input, Recurrent], [])
{
    /// <inheritdoc/>
    public override KernelEstimate Estimate => KernelCost.Recurrent((long)Input.Entries + Recurrent.Entries, Geometry);

    /// <inheritdoc/>
    protected override string MakeRecipe() => $"{Input.Output.Name}|{Recurrent.Output.Name}|{Geometry}|{Epilogue.Text(Bias)}|{Epilogue.Text(Peepholes)}";

    /// <inheritdoc/>
    public override IReadOnlyList<ValueView?> Reads => [Node.Input(0), Node.Input(4), Computed(Node.Input(5)), Geometry.Kind == RecurrentKind.Lstm ? Computed(Node.Input(6)) : null];

    /// <summary>Sees whether an operator can be computed from compressed weights.</summary>
    /// <param name="node">The operator.</param>
    /// <param name="weightOf">The weight behind a value, null where there is none of ours.</param>
    /// <returns>The plan, or the reason why not.</returns>
    public static (UnitPlan? Plan, string Reason) Match(NodeView node, Func<ValueView?, WeightNode?> weightOf)
    {
        if (weightOf(node.Input(1)) is not WeightNode input || weightOf(node.Input(2)) is not WeightNode recurrent)
            return (null, "only one of the two weights is compressed");
        if (input.Shape.Rank != 3 || recurrent.Shape.Rank != 3 || input.Groups != 1 || recurrent.Groups != 1)
            return (null, "the weights are not of three dimensions and one codebook");
        if (HasOtherFunctions(node) is string reason)
            return (null, reason);

        bool isLstm = node.OpType == "LSTM";
        RecurrentGeometry geometry = new()
        {
            Kind = isLstm ? RecurrentKind.Lstm : RecurrentKind.Gru,
            Direction = node.GetString("direction", "forward") switch
            {
                "reverse" => RecurrentDirection.Reverse,
                "bidirectional" => RecurrentDirection.Bidirectional,
                _ => RecurrentDirection.Forward,
            },
            Inputs = (int)input.Shape.Dimensions[2],
            Hidden = (int)recurrent.Shape.Dimensions[2],
            Clip = node.Has("clip") ? node.GetFloat("clip", 0) : null,
            LinearBeforeReset = node.GetInt("linear_before_reset", 0) != 0,
        };
        long rows = geometry.Gates * geometry.Hidden;
        if (input.Shape.Dimensions[0] != geometry.Directions || recurrent.Shape.Dimensions[0] != geometry.Directions || input.Shape.Dimensions[1] != rows || recurrent.Shape.Dimensions[1] != rows)
            return (null, "the weights do not fit each other");

        if (!TryRead(node.Input(3), geometry.Directions * 2 * (int)rows, out float[]? bias))
            return (null, "the bias is not constant");
        if (!TryRead(isLstm ? node.Input(7) : null, geometry.Directions * 3 * geometry.Hidden, out float[]? peepholes))
            return (null, "the peepholes are not constant");
        if (node.Input(4)?.Constant is not null)
            return (null, "the sequence lengths are constant");
        return (new RecurrentPlan(node, input, recurrent, geometry, bias, peepholes), "");
    }

    /// <inheritdoc/>
    public override long[][]? InferShapes(long[] input)
    {
        if (input is not [long steps, long batch, _])
            return null;
        long[] state = [Geometry.Directions, batch, Geometry.Hidden];
        return [[steps, .. state], state, state];
    }

    /// <inheritdoc/>
    public override IDisposable BuildKernel(KernelOptions options) => new SparseRecurrent(Geometry, Directions(Input), Directions(Recurrent), Bias, Peepholes, options);

    /// <inheritdoc/>
    public override Unit Compile(CompileContext context)
    {
        ConstantState? hidden = State(Node.Input(5));
        ConstantState? cell = Geometry.Kind == RecurrentKind.Lstm ? State(Node.Input(6)) : null;
        RecurrentUnit.Ports ports = new(
            context.Input(Node.Input(0)),
            context.Input(Node.Input(4)),
            hidden is null ? context.Input(Node.Input(5)) : -1,
            cell is null && Geometry.Kind == RecurrentKind.Lstm ? context.Input(Node.Input(6)) : -1,
            context.Output(Node.Outputs.ElementAtOrDefault(0)),
            context.Output(Node.Outputs.ElementAtOrDefault(1)),
            context.Output(Node.Outputs.ElementAtOrDefault(2)));
        return new RecurrentUnit(context.Share<SparseRecurrent>(this), ports, hidden, cell);
    }

    private static string? HasOtherFunctions(NodeView node)
    {
        if (node.Has("activations") || node.Has("activation_alpha") || node.Has("activation_beta"))
        {
            string[] defaults = node.OpType == "LSTM" ? ["Sigmoid", "Tanh", "Tanh"] : ["Sigmoid", "Tanh"];
            string[]? names = node.GetStrings("activations");
            if (names is null || names.Length % defaults.Length != 0 || names.Where((name, i) => !name.Equals(defaults[i % defaults.Length], StringComparison.OrdinalIgnoreCase)).Any())
                return "the activations are not the default ones";
        }

        if (node.GetInt("layout", 0) != 0)
            return "the layout is batch first";
        return node.GetInt("input_forget", 0) != 0 ? "the input and forget gates are coupled" : null;
    }

    private static bool TryRead(ValueView? value, int length, out float[]? values)
    {
        values = null;
        if (value is null)
            return true;
        if (value.Constant is not { ElementType: OnnxType.Float32 } constant || constant.As<float>().Length != length)
            return false;
        values = constant.As<float>().ToArray();
        return true;
    }

    // A constant first state is held by the unit.
    private static ValueView? Computed(ValueView? value) => value?.Constant is null ? value : null;

    private static ConstantState? State(ValueView? value) => value?.Constant is TensorView constant ? new ConstantState(constant) : null;

    private CsrMatrix[] Directions(WeightNode weight)
    {
        int rows = Geometry.Gates * Geometry.Hidden;
        int columns = (int)weight.Shape.Dimensions[2];
        CsrMatrix all = weight.Rows(Geometry.Directions * rows, columns);
        return [.. Enumerable.Range(0, Geometry.Directions).Select(direction => WeightMatrix.Slice(all, direction * rows, rows))];
    }
}
