using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>What plans need to become units: the places of values at the node that stands in for them, and kernels made once.</summary>
internal sealed class CompileContext(Dictionary<string, int> inputs, Dictionary<string, int> outputs, SharedKernels kernels)
{
    /// <summary>The place of a value among the node's inputs; -1 where it is left out.</summary>
    public int Input(ValueView? value) => Place(inputs, value);

    /// <summary>The place of a value among the node's outputs; -1 where it is left out.</summary>
    public int Output(ValueView? value) => value is not null && outputs.TryGetValue(value.Name, out int place) ? place : -1;

    /// <summary>A plan's kernel.</summary>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    public Shared<T> Share<T>(UnitPlan plan)
        where T : class, IDisposable => kernels.Share<T>(plan);

    private static int Place(Dictionary<string, int> places, ValueView? value) => value is null
        ? -1
        : places.TryGetValue(value.Name, out int place) ? place : throw new InvalidOperationException($"value '{value.Name}' is not at the fused node");
}
