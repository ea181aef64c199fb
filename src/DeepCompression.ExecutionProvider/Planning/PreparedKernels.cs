using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Kernels that all processors build at once, before the units are compiled that use them.</summary>
internal sealed class PreparedKernels : IDisposable
{
    private const double NanosecondsAnEntry = 4;   // of a kernel, on one thread
    private const double NanosecondsAByte = 0.1;   // of a dense weight
    private const double LeastShared = 1_000_000;  // nanoseconds: for less, waking another thread and waiting for it costs what it saves

    private readonly Dictionary<string, Lazy<IDisposable>> _kernels = [];
    private double _nanoseconds;

    /// <summary>Notes what is to be built.</summary>
    /// <param name="plans">The operators that will be compiled. Their weights must be readable until this is disposed of.</param>
    /// <param name="options">How to build.</param>
    public PreparedKernels(IEnumerable<UnitPlan> plans, KernelOptions options)
    {
        foreach (IGrouping<string, UnitPlan> equal in plans.GroupBy(plan => plan.Recipe))
        {
            // In two graphs a name may stand for two weights.
            UnitPlan first = equal.First();
            if (!equal.All(plan => plan.Weights.SequenceEqual(first.Weights)))
                continue;
            _kernels.Add(equal.Key, new Lazy<IDisposable>(() => first.BuildKernel(options)));
            foreach (WeightNode weight in first.Weights)
                _nanoseconds += weight.Entries * NanosecondsAnEntry;
        }
    }

    /// <summary>Builds all kernels, on all processors if they are much work.</summary>
    /// <param name="others">Work to be done beside: dense weights to be written.</param>
    /// <param name="bytes">How many bytes that writes.</param>
    /// <remarks>Kernels of damaged weights fail when they are taken.</remarks>
    public void Build(IReadOnlyList<Action> others, long bytes)
    {
        Lazy<IDisposable>[] kernels = [.. _kernels.Values];
        WorkSharing.ForEach(kernels.Length + others.Count, _nanoseconds + (bytes * NanosecondsAByte) < LeastShared ? 1 : -1, i =>
        {
            if (i >= kernels.Length)
                others[i - kernels.Length]();
            else
                TryBuild(kernels[i]);
        });
    }

    /// <summary>Gives a kernel to the first who asks for it.</summary>
    /// <param name="recipe">The recipe of its plan.</param>
    /// <returns>The kernel, which is the caller's; null where there is none of this recipe.</returns>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    public IDisposable? Take(string recipe) => _kernels.Remove(recipe, out Lazy<IDisposable>? kernel) ? kernel.Value : null;

    /// <summary>Frees what nobody took.</summary>
    public void Dispose()
    {
        foreach (Lazy<IDisposable> kernel in _kernels.Values.Where(kernel => kernel.IsValueCreated))
            kernel.Value.Dispose();
        _kernels.Clear();
    }

    private static void TryBuild(Lazy<IDisposable> kernel)
    {
        try
        {
            _ = kernel.Value;
        }
        catch (Exception)
        {
            // Whoever takes the kernel gets the same exception.
        }
    }
}
