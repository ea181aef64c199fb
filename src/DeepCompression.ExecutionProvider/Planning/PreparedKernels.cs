using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Weights;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>
/// Kernels that idle processors build while a session is created. Whoever needs one takes it: built already, waited for where it is
/// being built, or else built by the taker.
/// </summary>
internal sealed class PreparedKernels : IDisposable
{
    private readonly Dictionary<string, Lazy<IDisposable>> _kernels = [];
    private readonly IReadOnlyDictionary<string, WeightNode> _weights;
    private readonly Lazy<IDisposable>[] _order;
    private readonly object _gate = new();
    private int _next;
    private int _working;
    private volatile bool _isStopped;

    /// <summary>Begins to build.</summary>
    /// <param name="plans">The operators that will be compiled, in the order in which they will be. Their weights must be readable until this is disposed of.</param>
    /// <param name="options">How to build.</param>
    /// <param name="weights">Weights that the session's model has no constants of, by the value that they are; null for none.</param>
    public PreparedKernels(IEnumerable<UnitPlan> plans, KernelOptions options, IReadOnlyDictionary<string, WeightNode>? weights = null)
    {
        _weights = weights ?? new Dictionary<string, WeightNode>();
        foreach (IGrouping<string, UnitPlan> equal in plans.GroupBy(plan => plan.Recipe))
        {
            // In two graphs a name may stand for two weights.
            UnitPlan first = equal.First();
            if (equal.All(plan => plan.Weights.SequenceEqual(first.Weights)))
                _kernels.Add(equal.Key, new Lazy<IDisposable>(() => first.BuildKernel(options)));
        }

        _order = [.. _kernels.Values.Reverse()]; // the taker comes from the other end
        for (int helper = Math.Min(Environment.ProcessorCount - 1, _order.Length); helper > 0; helper--)
            ThreadPool.UnsafeQueueUserWorkItem(static prepared => prepared.Work(), this, preferLocal: false);
    }

    /// <summary>Gives a kernel to the first who asks for it.</summary>
    /// <param name="recipe">The recipe of its plan.</param>
    /// <returns>The kernel, which is the caller's; null where there is none of this recipe.</returns>
    /// <exception cref="InvalidDataException">A weight is damaged.</exception>
    public IDisposable? Take(string recipe)
    {
        Lazy<IDisposable>? kernel;
        lock (_gate)
            _kernels.Remove(recipe, out kernel);
        return kernel?.Value;
    }

    /// <summary>The weight that a node of the session stands for; null where the node has its constants itself.</summary>
    public WeightNode? Weight(NodeView node) => node.OpType == "PackedWeight" && node.Outputs is [ValueView output] && _weights.TryGetValue(output.Name, out WeightNode? weight) ? weight.At(node) : null;

    /// <summary>Waits for what is being built, and frees what nobody took.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            while (_working > 0)
                Monitor.Wait(_gate);
        }

        foreach (Lazy<IDisposable> kernel in _kernels.Values.Where(kernel => kernel.IsValueCreated))
            kernel.Value.Dispose();
        _kernels.Clear();
    }

    private void Work()
    {
        lock (_gate)
        {
            if (_isStopped)
                return;
            _working++;
        }

        while (!_isStopped && Interlocked.Increment(ref _next) is int next && next <= _order.Length)
        {
            try
            {
                _ = _order[next - 1].Value;
            }
            catch (Exception)
            {
                // Whoever takes the kernel gets the same exception.
            }
        }

        lock (_gate)
        {
            _working--;
            Monitor.PulseAll(_gate);
        }
    }
}
