namespace DeepCompression.ExecutionProvider.Graph;

/// <summary>A named value of a graph: what a node reads or yields.</summary>
internal abstract class ValueView(string name)
{
    /// <summary>The value's name.</summary>
    public string Name => name;

    /// <summary>The dimensions, -1 where not known; null where not even the rank is known.</summary>
    public abstract long[]? Shape { get; }

    /// <summary>Whether the value leaves the graph.</summary>
    public abstract bool IsGraphOutput { get; }

    /// <summary>The value's constant; null where it is computed, or an input that a caller can override. A value that is computed from constants alone may be given its own.</summary>
    public TensorView? Constant
    {
        get => field ??= ReadConstant();
        set;
    }

    /// <summary>Reads the constant, if it is one.</summary>
    protected abstract TensorView? ReadConstant();
}
