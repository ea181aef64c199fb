using System.Globalization;
using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Provider;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>
/// An operator that is planned before there is a session: the session's model has one node in the place of the operator, its
/// followers and its weights, and the key that leads here. Freed when its maker and all nodes are done with it.
/// </summary>
internal sealed class PreparedUnit : IDisposable
{
    private UnitPlan? _plan;
    private CompiledGraph? _graph;
    private int _users = 1;

    public PreparedUnit(UnitPlan plan)
    {
        _plan = plan;
        Name = plan.Node.Name;
        Inputs = Names(plan.Reads);
        Outputs = Names(plan.Results);
        Key = long.Parse(Published<PreparedUnit>.Add(this), CultureInfo.InvariantCulture);
    }

    /// <summary>The operator's name; may be empty.</summary>
    public string Name { get; }

    /// <summary>The values that the node reads.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The values that the node yields.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>What the node says to be given this.</summary>
    public long Key { get; }

    /// <summary>What computes the node.</summary>
    public CompiledGraph Graph => _graph ?? throw new InvalidOperationException("the operator is not compiled");

    /// <summary>Finds what a key stands for; null where it is gone.</summary>
    public static PreparedUnit? Find(long key) => Published<PreparedUnit>.Find(key.ToString(CultureInfo.InvariantCulture));

    /// <summary>Finds what a key stands for, for one more user; null where it is gone.</summary>
    public static PreparedUnit? Open(long key)
    {
        PreparedUnit? unit = Find(key);
        return unit is not null && unit.TryEnter() ? unit : null;
    }

    /// <summary>Makes the unit, with its kernel.</summary>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    public void Compile(OrtRuntime ort, ProviderOptions options, SharedKernels kernels)
    {
        UnitPlan plan = _plan ?? throw new ObjectDisposedException(nameof(PreparedUnit));
        Unit unit = plan.Compile(new CompileContext(Places(Inputs), Places(Outputs), kernels));
        options.Report.SetResidentBytes(plan.Node.Label, unit.ResidentBytes);
        _graph = new CompiledGraph(ort, options.Threads, [unit]);
    }

    /// <summary>The shapes of the outputs, as far as they follow from that of the first input; null where they do not.</summary>
    public long[][]? InferShapes(long[] input)
    {
        if (_plan is not UnitPlan plan || plan.InferShapes(input) is not long[][] shapes)
            return null;
        return [.. shapes.Where((_, i) => i < plan.Results.Count && plan.Results[i] is not null)];
    }

    /// <summary>What the maker does when the session is created: the plan, which holds the file in memory, is no longer needed.</summary>
    public void Dispose()
    {
        _plan = null;
        Close();
    }

    /// <summary>One user less.</summary>
    public void Close()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            _graph?.Dispose();
    }

    // Nobody enters what was freed.
    private bool TryEnter()
    {
        for (int users = Volatile.Read(ref _users); users > 0;)
        {
            int found = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (found == users)
                return true;
            users = found;
        }

        return false;
    }

    private static List<string> Names(IEnumerable<ValueView?> values)
    {
        List<string> names = [];
        foreach (ValueView? value in values)
        {
            if (value is not null && !names.Contains(value.Name))
                names.Add(value.Name);
        }

        return names;
    }

    private static Dictionary<string, int> Places(IReadOnlyList<string> names)
    {
        Dictionary<string, int> places = [];
        for (int i = 0; i < names.Count; i++)
            places[names[i]] = i;
        return places;
    }
}
