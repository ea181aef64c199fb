using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>Runs the parts of a kernel on the thread pool of ONNX Runtime, for the call in progress on this thread.</summary>
internal sealed unsafe class OrtRunner : IParallelRunner
{
    [ThreadStatic]
    private static OrtRunner? t_runner;

    private OrtRuntime? _ort;
    private OrtKernelContext* _context;

    private struct Job
    {
        public delegate*<void*, int, void> Body;
        public void* Context;
        public int Failed;
    }

    /// <inheritdoc/>
    public int Degree { get; private set; }

    /// <summary>Binds this thread's runner to a call until the result is disposed.</summary>
    public static Binding Bind(OrtRuntime ort, OrtKernelContext* context, int degree)
    {
        OrtRunner runner = t_runner ??= new OrtRunner();
        Binding binding = new(runner, runner._ort, runner._context, runner.Degree);
        runner.Set(ort, context, degree);
        return binding;
    }

    /// <inheritdoc/>
    public void Run(int parts, delegate*<void*, int, void> body, void* context)
    {
        if (parts <= 1 || Degree <= 1)
        {
            for (int part = 0; part < parts; part++)
                body(context, part);
            return;
        }

        Job job = new() { Body = body, Context = context };
        _ort!.Check(_ort.Api->KernelContext_ParallelFor(_context, &RunPart, (nuint)parts, 0, &job));
        if (job.Failed != 0)
            throw new InvalidOperationException("a part of a kernel failed");
    }

    private void Set(OrtRuntime? ort, OrtKernelContext* context, int degree)
    {
        _ort = ort;
        _context = context;
        Degree = degree;
    }

    [UnmanagedCallersOnly]
    private static void RunPart(void* state, nuint part)
    {
        Job* job = (Job*)state;
        try
        {
            job->Body(job->Context, (int)part);
        }
        catch (Exception)
        {
            job->Failed = 1; // nothing may cross into the pool's native threads
        }
    }

    /// <summary>A runner that is bound to a call; disposing binds it to what it was bound to before.</summary>
    internal readonly ref struct Binding(OrtRunner runner, OrtRuntime? outerOrt, OrtKernelContext* outerContext, int outerDegree)
    {
        public OrtRunner Runner => runner;

        public void Dispose() => runner.Set(outerOrt, outerContext, outerDegree);
    }
}
