using DeepCompression.ExecutionProvider.Interop;

namespace DeepCompression.ExecutionProvider.Graph;

/// <summary>Reads graphs that ONNX Runtime holds.</summary>
internal static unsafe class RuntimeGraph
{
    /// <summary>Reads a graph's nodes and the values between them.</summary>
    public static GraphView Read(OrtRuntime ort, OrtGraph* graph)
    {
        byte* name;
        ort.Check(ort.Api->Graph_GetName(graph, &name));
        nuint count;
        ort.Check(ort.Api->Graph_GetNumNodes(graph, &count));
        nint[] handles = new nint[count];
        fixed (nint* data = handles)
            ort.Check(ort.Api->Graph_GetNodes(graph, (OrtNode**)data, count));

        Dictionary<nint, ValueView?> values = [];
        ValueView? Value(nint handle) => values.TryGetValue(handle, out ValueView? value) ? value : values[handle] = RuntimeValue.Read(ort, handle);
        return new GraphView(OrtRuntime.ToString(name), Array.ConvertAll(handles, NodeView (handle) => new RuntimeNode(ort, (OrtNode*)handle, Value)));
    }
}
