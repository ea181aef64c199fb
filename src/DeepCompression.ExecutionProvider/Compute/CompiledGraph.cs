using DeepCompression.ExecutionProvider.Interop;

namespace DeepCompression.ExecutionProvider.Compute;

/// <summary>The units of one fused node.</summary>
internal sealed unsafe class CompiledGraph(OrtRuntime ort, int degree, IReadOnlyList<Unit> units) : IDisposable
{
    /// <summary>The runtime that calls.</summary>
    public OrtRuntime Ort => ort;

    /// <summary>Computes all outputs of the fused node.</summary>
    public void Run(OrtKernelContext* context)
    {
        using OrtRunner.Binding binding = OrtRunner.Bind(ort, context, degree);
        KernelCall call = new(ort, context, binding.Runner);
        foreach (Unit unit in units)
            unit.Run(call);
    }

    public void Dispose()
    {
        foreach (Unit unit in units)
            unit.Dispose();
    }
}
