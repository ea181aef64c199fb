using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>What plans need to become units: the places of values at the fused node, and kernels made once.</summary>
internal sealed class CompileContext(Dictionary<string, int> inputs, Dictionary<string, int> outputs, KernelOptions options, PreparedKernels prepared)
{
    private readonly Dictionary<string, object> _kernels = [];

    /// <summary>The place of a value among the fused node's inputs; -1 where it is left out.</summary>
    public int Input(ValueView? value) => Place(inputs, value);

    /// <summary>The place of a value among the fused node's outputs; -1 where it is left out.</summary>
    public int Output(ValueView? value) => value is not null && outputs.TryGetValue(value.Name, out int place) ? place : -1;

    /// <summary>A plan's kernel: that of an equal recipe, so that a weight read by several nodes is held once; a prepared one; or a new one.</summary>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    public Shared<T> Share<T>(UnitPlan plan)
        where T : class, IDisposable
    {
        string recipe = plan.Recipe;
        if (_kernels.TryGetValue(recipe, out object? kernel))
            return new Shared<T>((T)kernel, IsOwner: false);
        T built = (T)(prepared.Take(recipe) ?? plan.BuildKernel(options));
        _kernels[recipe] = built;
        return new Shared<T>(built, IsOwner: true);
    }

    private static int Place(Dictionary<string, int> places, ValueView? value) => value is null
        ? -1
        : places.TryGetValue(value.Name, out int place) ? place : throw new InvalidOperationException($"value '{value.Name}' is not at the fused node");
}
