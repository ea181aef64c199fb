using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.ExecutionProvider.Weights;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>Turns the graph behind a fused node into kernels.</summary>
internal static unsafe class GraphCompiler
{
    /// <summary>Compiles one claim.</summary>
    /// <param name="ort">The runtime.</param>
    /// <param name="graph">The nodes of the claim.</param>
    /// <param name="fused">The node that takes their place.</param>
    /// <param name="options">The provider's options.</param>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    public static CompiledGraph Compile(OrtRuntime ort, OrtGraph* graph, OrtNode* fused, ProviderOptions options)
    {
        GraphView view = RuntimeGraph.Read(ort, graph);
        RuntimeNode node = new(ort, fused, handle => RuntimeValue.Read(ort, handle));
        CompileContext context = new(Places(node.Inputs), Places(node.Outputs), options.KernelOptions);

        Dictionary<string, WeightNode> weights = [];
        foreach (NodeView weightNode in view.Nodes.Where(WeightNode.IsWeightNode))
        {
            WeightNode weight = WeightNode.Read(weightNode) ?? throw new InvalidDataException($"node '{weightNode.Label}': an input is not constant");
            weights[weight.Output.Name] = weight;
        }

        List<Unit> units = [];
        try
        {
            foreach (WeightNode weight in weights.Values.Where(weight => context.Output(weight.Output) >= 0))
                Add(weight.Node.Label, new DecodedUnit(weight.Decode(), context.Output(weight.Output)));
            NodeView[] operations = [.. view.Nodes.Where(n => Array.Exists(n.Inputs, input => input is not null && weights.ContainsKey(input.Name)))];
            if (operations.Length > 1 && ChainPlan.Match(view, operations[0], weights) is ChainPlan chain && chain.Layers.Count == operations.Length)
            {
                Add(chain.Node.Label, chain.Compile(context));
                operations = []; // operators that were not claimed as a chain share weights, which those of a chain never do
            }

            foreach (NodeView operation in operations)
            {
                (UnitPlan? plan, string reason) = UnitMatcher.Match(view, operation, weights);
                Add(operation.Label, plan?.Compile(context) ?? throw new InvalidOperationException($"node '{operation.Label}' was claimed, but {reason}"));
            }
        }
        catch (Exception)
        {
            units.ForEach(unit => unit.Dispose());
            throw;
        }

        return new CompiledGraph(ort, options.Threads, units);

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
