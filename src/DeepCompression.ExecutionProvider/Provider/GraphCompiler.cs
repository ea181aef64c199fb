using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.ExecutionProvider.Weights;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>Turns the graph behind a fused node, which is one claim, into kernels.</summary>
internal sealed unsafe class GraphCompiler
{
    private readonly OrtRuntime _ort;
    private readonly Dictionary<string, int> _inputs;
    private readonly Dictionary<string, int> _outputs;
    private readonly List<WeightNode> _decoded = [];
    private readonly List<UnitPlan> _plans = [];

    /// <summary>Plans how the nodes of a claim are computed.</summary>
    /// <param name="ort">The runtime.</param>
    /// <param name="graph">The nodes of the claim.</param>
    /// <param name="fused">The node that takes their place.</param>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    public GraphCompiler(OrtRuntime ort, OrtGraph* graph, OrtNode* fused)
    {
        _ort = ort;
        GraphView view = RuntimeGraph.Read(ort, graph);
        RuntimeNode node = new(ort, fused, handle => RuntimeValue.Read(ort, handle));
        (_inputs, _outputs) = (Places(node.Inputs), Places(node.Outputs));

        Dictionary<string, WeightNode> weights = [];
        foreach (NodeView weightNode in view.Nodes.Where(WeightNode.IsWeightNode))
        {
            WeightNode weight = WeightNode.Read(weightNode) ?? throw new InvalidDataException($"node '{weightNode.Label}': an input is not constant");
            if (_outputs.ContainsKey(weight.Output.Name))
                _decoded.Add(weight);
            else if (weight.IsVector)
                weight.MakeConstant();
            else
                weights[weight.Output.Name] = weight;
        }

        NodeView[] operations = [.. view.Nodes.Where(n => Array.Exists(n.Inputs, input => input is not null && weights.ContainsKey(input.Name)))];
        if (operations.Length > 1 && ChainPlan.Match(view, operations[0], weights) is ChainPlan chain && chain.Layers.Count == operations.Length)
        {
            _plans.Add(chain);
            operations = []; // operators that were not claimed as a chain share weights, which those of a chain never do
        }

        foreach (NodeView operation in operations)
        {
            (UnitPlan? plan, string reason) = UnitMatcher.Match(view, operation, weights);
            _plans.Add(plan?.Extend(view) ?? throw new InvalidOperationException($"node '{operation.Label}' was claimed, but {reason}"));
        }
    }

    /// <summary>How operators are computed from their compressed weights.</summary>
    public IReadOnlyList<UnitPlan> Plans => _plans;

    /// <summary>Makes the units of the claim.</summary>
    /// <param name="options">The provider's options.</param>
    /// <param name="prepared">Kernels that may be built already.</param>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    public CompiledGraph Compile(ProviderOptions options, PreparedKernels prepared)
    {
        CompileContext context = new(_inputs, _outputs, new SharedKernels(options.KernelOptions, prepared));
        List<Unit> units = [];
        try
        {
            foreach (WeightNode weight in _decoded)
                Add(weight.Node.Label, new DecodedUnit(weight.Decode(), context.Output(weight.Output)));
            foreach (UnitPlan plan in _plans)
                Add(plan.Node.Label, plan.Compile(context));
        }
        catch (Exception)
        {
            units.ForEach(unit => unit.Dispose());
            throw;
        }

        return new CompiledGraph(_ort, options.Threads, units);

        void Add(string name, Unit unit)
        {
            units.Add(unit);
            options.Report.SetResidentBytes(name, unit.ResidentBytes);
        }
    }

    private static Dictionary<string, int> Places(ValueView?[] values)
    {
        Dictionary<string, int> places = [];
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is ValueView value)
                places[value.Name] = i;
        }

        return places;
    }
}
