using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>The kernels of one graph, each made once.</summary>
internal sealed class SharedKernels(KernelOptions options, PreparedKernels prepared)
{
    private readonly Dictionary<string, KernelUsers> _kernels = [];

    /// <summary>A plan's kernel: that of an equal recipe, so that a weight read by several nodes is held once; a prepared one; or a new one.</summary>
    /// <exception cref="InvalidDataException">A weight is damaged, or the operator has sizes that no kernel takes.</exception>
    public Shared<T> Share<T>(UnitPlan plan)
        where T : class, IDisposable
    {
        string recipe = plan.Recipe;
        bool isFirst = !_kernels.TryGetValue(recipe, out KernelUsers? users);
        if (users is null)
            _kernels[recipe] = users = new KernelUsers(Build(plan));
        users.Enter();
        return new Shared<T>((T)users.Kernel, users, isFirst);
    }

    private IDisposable Build(UnitPlan plan)
    {
        try
        {
            return prepared.Take(plan.Recipe) ?? plan.BuildKernel(options);
        }
        catch (Exception unfit) when (unfit is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"node '{plan.Node.Label}': there is no kernel for its sizes", unfit);
        }
    }
}
