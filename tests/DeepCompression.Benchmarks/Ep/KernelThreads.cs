using DeepCompression.Kernels;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>Threads that spin for work for a while before they sleep, as those of ONNX Runtime's pool do.</summary>
internal sealed unsafe class KernelThreads : IParallelRunner, IDisposable
{
    private const int Spins = 1_000; // rounds before a worker sleeps, some 50 microseconds: it must not hold a core while stock runs

    private readonly Thread[] _workers;
    private readonly ManualResetEventSlim _wake = new(false, 0);
    private delegate*<void*, int, void> _body;
    private void* _context;
    private int _parts;
    private int _next;
    private int _active;
    private int _generation;
    private volatile bool _stop;

    public KernelThreads(int degree)
    {
        Degree = degree;
        _workers = new Thread[degree - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Work) { IsBackground = true };
            _workers[i].Start();
        }
    }

    public int Degree { get; }

    public void Run(int parts, delegate*<void*, int, void> body, void* context)
    {
        if (_workers.Length == 0 || parts < 2)
        {
            for (int part = 0; part < parts; part++)
                body(context, part);
            return;
        }

        _body = body;
        _context = context;
        _parts = parts;
        _next = 0;
        Volatile.Write(ref _active, _workers.Length);
        Interlocked.Increment(ref _generation);
        _wake.Set();
        Take();
        SpinWait spin = default;
        while (Volatile.Read(ref _active) != 0)
            spin.SpinOnce(-1);
        _wake.Reset();
    }

    public void Dispose()
    {
        _stop = true;
        Interlocked.Increment(ref _generation);
        _wake.Set();
        foreach (Thread worker in _workers)
            worker.Join();
        _wake.Dispose();
    }

    private void Work()
    {
        int seen = 0;
        while (true)
        {
            for (int spin = 0; Volatile.Read(ref _generation) == seen; spin++)
            {
                if (spin > Spins)
                    _wake.Wait();
                else
                    Thread.SpinWait(8);
            }

            seen = Volatile.Read(ref _generation);
            if (_stop)
                return;
            Take();
            Interlocked.Decrement(ref _active);
        }
    }

    private void Take()
    {
        int part;
        while ((part = Interlocked.Increment(ref _next) - 1) < _parts)
            _body(_context, part);
    }
}
