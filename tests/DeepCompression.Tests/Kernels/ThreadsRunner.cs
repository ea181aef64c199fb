using DeepCompression.Kernels;

namespace DeepCompression.Tests.Kernels;

/// <summary>Runs parts on the thread pool, last part first.</summary>
internal sealed unsafe class ThreadsRunner(int degree) : IParallelRunner
{
    public int Degree => degree;

    public void Run(int parts, delegate*<void*, int, void> body, void* context) =>
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = degree }, part => body(context, parts - 1 - part));
}
