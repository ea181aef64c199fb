using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Interop;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>
/// The schema of <c>PackedWeight</c>. It has no function body, so a runtime only accepts it where an operator of that
/// name is known. All of its nodes are claimed; the operator itself never runs.
/// </summary>
internal static unsafe class PackedWeightOperator
{
    private const int Undefined = 0; // ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED: any type
    private const int UInt8 = 2;

    private static readonly byte* _name = Native.Text("PackedWeight");
    private static readonly byte* _provider = Native.Text(DeepCompressionProvider.Name);

    /// <summary>Fills the operator's table.</summary>
    public static void Fill(OrtCustomOp* table, uint version) => *table = new OrtCustomOp
    {
        version = version,
        GetName = &GetName,
        GetExecutionProviderType = &GetProvider,
        GetInputType = &GetInputType,
        GetInputTypeCount = &One,
        GetOutputType = &GetOutputType,
        GetOutputTypeCount = &One,
        KernelDestroy = &Destroy,
        GetInputCharacteristic = &GetCharacteristic,
        GetOutputCharacteristic = &GetCharacteristic,
        GetInputMemoryType = &GetCharacteristic,
        GetVariadicInputMinArity = &GetArity,
        GetVariadicInputHomogeneity = &GetArity,
        GetVariadicOutputMinArity = &GetArity,
        GetVariadicOutputHomogeneity = &GetArity,
        CreateKernelV2 = &CreateKernel,
        KernelComputeV2 = &Compute,
        InferOutputShapeFn = &InferOutput,
        GetStartVersion = &GetStartVersion,
        GetEndVersion = &GetEndVersion,
    };

    [UnmanagedCallersOnly]
    private static byte* GetName(OrtCustomOp* self) => _name;

    [UnmanagedCallersOnly]
    private static byte* GetProvider(OrtCustomOp* self) => _provider;

    [UnmanagedCallersOnly]
    private static int GetInputType(OrtCustomOp* self, nuint index) => UInt8;

    [UnmanagedCallersOnly]
    private static int GetOutputType(OrtCustomOp* self, nuint index) => Undefined;

    [UnmanagedCallersOnly]
    private static nuint One(OrtCustomOp* self) => 1;

    [UnmanagedCallersOnly]
    private static int GetCharacteristic(OrtCustomOp* self, nuint index) => 0; // required; on the CPU

    [UnmanagedCallersOnly]
    private static int GetArity(OrtCustomOp* self) => 0;

    [UnmanagedCallersOnly]
    private static int GetStartVersion(OrtCustomOp* self) => 1;

    [UnmanagedCallersOnly]
    private static int GetEndVersion(OrtCustomOp* self) => int.MaxValue;

    [UnmanagedCallersOnly]
    private static void Destroy(void* kernel)
    {
    }

    [UnmanagedCallersOnly]
    private static OrtStatus* CreateKernel(OrtCustomOp* self, OrtApi* api, OrtKernelInfo* info, void** kernel)
    {
        *kernel = null;
        fixed (byte* message = "DeepCompression: a PackedWeight was not claimed; its blob must be a constant.\0"u8)
            return api->CreateStatus(1, message);
    }

    // The blob, which alone says the type and shape, is not to be had here: the file declares them (FORMAT.md, part 1).
    [UnmanagedCallersOnly]
    private static OrtStatus* InferOutput(OrtCustomOp* self, OrtShapeInferContext* context) => null;

    [UnmanagedCallersOnly]
    private static OrtStatus* Compute(void* kernel, OrtKernelContext* context) => null;
}
