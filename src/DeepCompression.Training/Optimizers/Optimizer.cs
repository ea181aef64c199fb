namespace DeepCompression.Training;

/// <summary>How weights follow their gradients. The update runs in place on the runtime's tensors, not in the graph.</summary>
public abstract record Optimizer
{
    /// <summary>The names of the values that the optimizer keeps for every weight, such as its momentum.</summary>
    public abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>Moves weights by one step. All spans have the same length, a whole number of vectors.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="gradient">Their gradient.</param>
    /// <param name="first">The first kept value of each weight, if there is one.</param>
    /// <param name="second">The second kept value of each weight, if there is one.</param>
    /// <param name="mask">1 where a weight is kept and 0 where it is pruned; empty where none is.</param>
    /// <param name="step">The sizes of the step.</param>
    internal abstract void Update(Span<float> weights, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second, ReadOnlySpan<float> mask, in UpdateStep step);
}
