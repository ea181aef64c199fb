using DeepCompression.Kernels;

namespace DeepCompression.Tests.Kernels;

/// <summary>Runs parts on the calling thread, last part first, as where all other threads come too late: whoever runs may do the work of all.</summary>
internal sealed unsafe class LateThreadsRunner(int degree) : IParallelRunner
{
    public int Degree => degree;

    public void Run(int parts, delegate*<void*, int, void> body, void* context)
    {
        for (int part = parts - 1; part >= 0; part--)
            body(context, part);
    }
}
