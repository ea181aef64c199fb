using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>The kernels of one graph, each made once.</summary>
internal sealed class SharedKernels(KernelOptions options, PreparedKernels prepared)
{
    private readonly Dictionary<string, object> _kernels = [];

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
}
