using System.Globalization;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>
/// Chooses what to claim of a graph:
/// 1. read the weight nodes; 2. group weights and operators that belong together; 3. match the operators;
/// 4. claim a group if all of it can be computed, its nodes may be fused, and it is expected to be faster, changes of layout included.
/// </summary>
internal sealed class ClaimPlanner(GraphView graph, ClaimPolicy policy, DeepCompressionReport report, KernelOptions? measureWith)
{
    private readonly object _pass = new(); // the report keeps it, but not the graph, and the file with it
    private readonly Dictionary<string, WeightNode> _weights = [];
    private readonly Dictionary<string, WeightNode> _vectors = [];
    private readonly Dictionary<NodeView, Speed> _speeds = [];
    private readonly List<Claim> _claims = [];
    private readonly List<NodeView> _damaged = [];

    /// <summary>The weight nodes that compiling will fail on.</summary>
    public IReadOnlyList<NodeView> Damaged => _damaged;

    /// <summary>The weights that are not damaged.</summary>
    public IEnumerable<WeightNode> Weights => _weights.Values.Concat(_vectors.Values);

    /// <summary>Plans the claims of the graph and reports every decision.</summary>
    public IReadOnlyList<Claim> Plan()
    {
        ReadWeights();
        HashSet<WeightNode> done = [];
        ClaimChains(done);
        List<ClaimGroup> groups = [.. _weights.Values.Where(weight => !done.Contains(weight)).Select(weight => Collect(weight, done)).OfType<ClaimGroup>()];
        LayoutChoice layouts = new(graph, policy.MinimumSpeedup * policy.LayoutChange);
        foreach (ClaimGroup group in groups.Where(group => group.IsOfLayout))
            layouts.Add([.. group.Readers, .. group.Units.SelectMany(unit => unit.Followers).Where(LayoutChoice.IsPool)], group.Kernel * Needed(group), group.Dense);
        foreach (NodeView node in _claims.SelectMany(claim => claim.Nodes).Concat(groups.Where(group => !group.IsOfLayout && Pays(group)).SelectMany(group => group.Readers)))
            layouts.AddPlain(node);
        foreach (Concatenation concatenation in Concatenations(groups.Where(group => group is { IsOfLayout: true, Units.Count: 1 }).Select(group => group.Units[0])))
            layouts.AddConcatenated([.. concatenation.Parts.Select(part => part.Node)], concatenation.OutputElements);
        IReadOnlySet<NodeView> chosen = layouts.Choose();
        foreach (ClaimGroup group in groups)
            Decide(group, group.IsOfLayout ? chosen.Contains(group.Readers[0]) : Pays(group));
        ClaimDecoding(_vectors.Values.Except(_claims.SelectMany(claim => claim.Vectors)));
        Concatenate();
        return _claims;
    }

    private string Verb => measureWith is null ? "expected" : "measured or expected";

    private void ReadWeights()
    {
        foreach (NodeView node in graph.Nodes.Where(WeightNode.IsWeightNode))
        {
            try
            {
                if (WeightNode.Read(node) is not WeightNode weight)
                    continue;
                if (weight.IsVector && (policy.UnpacksDeclined || graph.OnlyReader(weight.Output) is not null))
                {
                    weight.MakeConstant();
                    _vectors[weight.Output.Name] = weight;
                }
                else
                {
                    _weights[weight.Output.Name] = weight;
                }
            }
            catch (Exception damage) when (damage is InvalidDataException or NotSupportedException)
            {
                // The runtime swallows errors of this stage; compiling the node will fail with the same message.
                _damaged.Add(node);
            }
        }
    }

    /// <summary>On a batch, layers that follow one another gain from being computed as one.</summary>
    private void ClaimChains(HashSet<WeightNode> done)
    {
        foreach (NodeView node in graph.Nodes)
        {
            if (node.Inputs.Length < 2 || node.Input(1) is not ValueView value || !_weights.TryGetValue(value.Name, out WeightNode? first) || done.Contains(first))
                continue;
            long batch = node.Input(0)?.Shape is [> 0 and long known, ..] ? known : policy.Batch ?? 1;
            if (batch < ChainPlan.LeastBatch || ChainPlan.Match(graph, node, _weights) is not ChainPlan chain || chain.Estimate.Speedup < policy.MinimumSpeedup)
                continue;
            Claim claim = new(chain.Weights, [chain], VectorsOf([.. chain.Layers.Select(layer => layer.Plan)]));
            _claims.Add(claim);
            done.UnionWith(chain.Weights);
            foreach (ChainPlan.Layer layer in chain.Layers)
            {
                WeightNode weight = layer.Plan.Weights[0];
                string reason = string.Create(CultureInfo.InvariantCulture, $"one of {chain.Layers.Count} layers in a row, on batches expected {chain.Estimate.Speedup:0.0} times as fast as the dense operators");
                report.Add(_pass, graph.Name, new NodeDecision(layer.Plan.Node.Label, layer.Plan.Node.OpType, [weight.Output.Name], true, reason, weight.Density, weight.DenseBytes));
            }
        }
    }

    // Compiling a claim finds its operators again, but for those that are prepared.
    private IEnumerable<Concatenation> Concatenations(IEnumerable<UnitPlan> units) => policy.UnpacksDeclined ? Concatenation.Find(graph, units) : [];

    /// <summary>Claims of convolutions that a Concat alone reads become one with it. No path leads from one to another but through the Concat.</summary>
    private void Concatenate()
    {
        Dictionary<UnitPlan, Claim> claims = new(ReferenceEqualityComparer.Instance); // plans are records, and equal only until one is asked for its recipe
        foreach (Claim claim in _claims.Where(claim => claim.Units.Count == 1))
            claims.Add(claim.Units[0], claim);
        foreach (Concatenation concatenation in Concatenations(claims.Keys).ToList())
        {
            Claim[] parts = [.. concatenation.Parts.Select(part => claims[part])];
            _claims.RemoveAll(parts.Contains);
            _claims.Add(new Claim([.. parts.SelectMany(part => part.Weights)], [new ConcatenationPlan(concatenation)], [.. parts.SelectMany(part => part.Vectors).Distinct()]));
        }
    }

    /// <summary>The weights and operators that belong together with a weight; null where it was met before.</summary>
    private ClaimGroup? Collect(WeightNode start, HashSet<WeightNode> done)
    {
        if (done.Contains(start))
            return null;
        ClaimGroup group = new();
        Collect(start, group);
        done.UnionWith(group.Weights);
        Match(group);
        return group;
    }

    private void Decide(ClaimGroup group, bool pays)
    {
        Claim claim = new(group.Weights, group.Units, VectorsOf(group.Units));
        string? refusal = group.Refusal;
        if (refusal is null && !pays)
        {
            refusal = group.Speedup < Needed(group)
                ? string.Create(CultureInfo.InvariantCulture, $"{Verb} at {group.Speedup:0.00} of the speed of the dense operator")
                : string.Create(CultureInfo.InvariantCulture, $"{Verb} {group.Speedup:0.0} times as fast as the dense operator, but its neighbours' layout would have to change");
        }

        if (refusal is null && !Fusion.IsPossible(graph, claim, _claims))
            refusal = "the operators that share the weight depend on each other";
        foreach (NodeView reader in group.Readers)
            Report(reader, group.Weights, refusal);
        if (refusal is null)
            _claims.Add(claim);
        else
            ClaimDecoding(group.Weights);
    }

    private bool Pays(ClaimGroup group) => group.Refusal is null && group.Speedup >= Needed(group);

    private double Needed(ClaimGroup group)
    {
        double needed = group.IsTransposed ? policy.MinimumSpeedupTransposed ?? policy.MinimumSpeedup : policy.MinimumSpeedup;
        return group.Weights.TrueForAll(weight => weight.IsPacked) ? Math.Min(needed, policy.MinimumSpeedupPacked) : needed;
    }

    // A packed weight has no function body: what is not computed from it is decoded by us.
    private void ClaimDecoding(IEnumerable<WeightNode> weights)
    {
        foreach (WeightNode weight in weights.Where(weight => weight.IsPacked && !policy.UnpacksDeclined))
        {
            _claims.Add(new Claim([weight], [], []));
            report.Add(_pass, graph.Name, new NodeDecision(weight.Node.Label, weight.Node.OpType, [weight.Output.Name], true, "decoded when the session is created", weight.Density, weight.DenseBytes) { IsDecodedOnly = true });
        }
    }

    private WeightNode[] VectorsOf(IReadOnlyList<UnitPlan> units) =>
        [.. units.SelectMany(unit => unit.Followers.Prepend(unit.Node)).SelectMany(node => node.Inputs).Select(input => input is null ? null : _vectors.GetValueOrDefault(input.Name)).OfType<WeightNode>()];

    private void Collect(WeightNode weight, ClaimGroup group)
    {
        if (group.Weights.Contains(weight))
            return;
        group.Weights.Add(weight);
        foreach ((NodeView reader, _) in graph.Readers(weight.Output))
        {
            if (group.Readers.Contains(reader))
                continue;
            group.Readers.Add(reader);
            foreach (ValueView? input in reader.Inputs)
            {
                if (input is not null && _weights.TryGetValue(input.Name, out WeightNode? other))
                    Collect(other, group);
            }
        }
    }

    private void Match(ClaimGroup group)
    {
        if (group.Readers.Count == 0 || group.Weights.Exists(weight => weight.Output.IsGraphOutput))
            group.Refusal = "the weight is an output of the graph";
        else if (group.Weights.Exists(weight => graph.Readers(weight.Output).Any(reader => reader.Input == GraphView.Subgraph)))
            group.Refusal = "a subgraph reads the weight";
        foreach (NodeView reader in group.Refusal is null ? group.Readers : [])
        {
            (UnitPlan? plan, string reason) = UnitMatcher.Match(graph, reader, _weights);
            if (plan is null)
            {
                group.Refusal = group.Readers.Count == 1 ? reason : $"{reader.Label}, which shares the weight: {reason}";
                return;
            }

            plan = plan.Extend(graph);
            KernelEstimate estimate = (measureWith is null ? null : Autotuner.Measure(plan, measureWith)) ?? plan.Estimate;
            _speeds[reader] = new Speed(estimate.Speedup, plan.How);
            group.Units.Add(plan);
            group.Kernel += estimate.Kernel;
            group.Dense += estimate.Dense;
        }
    }

    private void Report(NodeView reader, List<WeightNode> weights, string? refusal)
    {
        WeightNode[] read = [.. weights.Where(weight => Array.Exists(reader.Inputs, input => input?.Name == weight.Output.Name))];
        long dense = 0, entries = 0, elements = 0;
        foreach (WeightNode weight in read)
            (dense, entries, elements) = (dense + weight.DenseBytes, entries + weight.Entries, elements + weight.Shape.Length);
        double density = (double)entries / Math.Max(1, elements);
        string reason = refusal ?? string.Create(CultureInfo.InvariantCulture, $"{Verb} {_speeds[reader].Factor:0.0} times as fast as the dense operator{_speeds[reader].How}");
        report.Add(_pass, graph.Name, new NodeDecision(reader.Label, reader.OpType, [.. read.Select(weight => weight.Output.Name)], refusal is null, reason, density, dense));
    }

    // A class: dictionaries of numbers are compiled when they are first used.
    private sealed record Speed(double Factor, string How);
}
