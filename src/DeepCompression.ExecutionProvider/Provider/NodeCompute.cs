using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Compute;
using DeepCompression.ExecutionProvider.Interop;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>The functions that ONNX Runtime calls for a fused node.</summary>
internal static unsafe class NodeCompute
{
    /// <summary>Makes the table of a compiled graph, which it owns.</summary>
    public static OrtNodeComputeInfo* Create(CompiledGraph graph)
    {
        OrtNodeComputeInfo* table = &Native.Allocate<OrtNodeComputeInfo>(graph)->Table;
        *table = new OrtNodeComputeInfo
        {
            ort_version_supported = graph.Ort.Version,
            CreateState = &CreateState,
            Compute = &Compute,
            ReleaseState = &ReleaseState,
        };
        return table;
    }

    /// <summary>Frees tables and their graphs.</summary>
    public static void Release(OrtNodeComputeInfo** infos, nuint count)
    {
        for (nuint i = 0; i < count; i++)
        {
            if (infos[i] == null)
                continue;
            CompiledGraph graph = Target(infos[i]);
            Native.Free(infos[i]);
            graph.Dispose();
        }
    }

    private static CompiledGraph Target(OrtNodeComputeInfo* table) => Native.Target<OrtNodeComputeInfo, CompiledGraph>(table);

    // Calls keep no state of their own: the graph is the state.
    [UnmanagedCallersOnly]
    private static OrtStatus* CreateState(OrtNodeComputeInfo* self, OrtNodeComputeContext* context, void** state)
    {
        *state = self;
        return null;
    }

    [UnmanagedCallersOnly]
    private static OrtStatus* Compute(OrtNodeComputeInfo* self, void* state, OrtKernelContext* context)
    {
        CompiledGraph graph = Target(self);
        try
        {
            graph.Run(context);
            return null;
        }
        catch (Exception exception)
        {
            return graph.Ort.ToStatus(exception);
        }
    }

    [UnmanagedCallersOnly]
    private static void ReleaseState(OrtNodeComputeInfo* self, void* state)
    {
    }
}
