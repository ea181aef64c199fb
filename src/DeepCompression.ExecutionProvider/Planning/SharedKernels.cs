using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>The kernels of one graph, each made once.</summary>
internal sealed class SharedKernels(KernelOptions options, PreparedKernels prepared)
{
    private readonly Dictionary<string, KernelUsers> _kernels = [];

    /// <summary>A plan's kernel: that of an equal recipe, so that a weight read by several nodes is held once; a prepared one; or a new one.</summary>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    public Shared<T> Share<T>(UnitPlan plan)
        where T : class, IDisposable
    {
        string recipe = plan.Recipe;
        bool isFirst = !_kernels.TryGetValue(recipe, out KernelUsers? users);
        if (users is null)
            _kernels[recipe] = users = new KernelUsers(prepared.Take(recipe) ?? plan.BuildKernel(options));
        users.Enter();
        return new Shared<T>((T)users.Kernel, users, isFirst);
    }
}
