using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Planning;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>
/// The operator <c>Prepared</c>, which no file has: it stands for operators that were planned and compiled before the session
/// was created, so that the runtime has fewer nodes to look at and none to claim.
/// </summary>
internal static unsafe class PreparedOperator
{
    /// <summary>The operator's name.</summary>
    public const string Name = "Prepared";

    /// <summary>The attribute that says which one: an integer.</summary>
    public const string Key = "key";

    private const int Variadic = 2; // INPUT_OUTPUT_VARIADIC
    private const int Undefined = 0; // ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED: any type
    private const int Float32 = 1;

    private static readonly byte* _name = Native.Text(Name);
    private static readonly byte* _key = Native.Text(Key);

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
        GetInputMemoryType = &OnCpu,
        GetVariadicInputMinArity = &GetArity,
        GetVariadicInputHomogeneity = &IsMixed,
        GetVariadicOutputMinArity = &GetArity,
        GetVariadicOutputHomogeneity = &GetArity,
        CreateKernelV2 = &CreateKernel,
        KernelComputeV2 = &Compute,
        InferOutputShapeFn = &InferShapes,
        GetStartVersion = &GetStartVersion,
        GetEndVersion = &GetEndVersion,
    };

    [UnmanagedCallersOnly]
    private static byte* GetName(OrtCustomOp* self) => _name;

    // Null is the CPU.
    [UnmanagedCallersOnly]
    private static byte* GetProvider(OrtCustomOp* self) => null;

    [UnmanagedCallersOnly]
    private static int GetInputType(OrtCustomOp* self, nuint index) => Undefined;

    [UnmanagedCallersOnly]
    private static int GetOutputType(OrtCustomOp* self, nuint index) => Float32;

    [UnmanagedCallersOnly]
    private static nuint One(OrtCustomOp* self) => 1;

    [UnmanagedCallersOnly]
    private static int GetCharacteristic(OrtCustomOp* self, nuint index) => Variadic;

    [UnmanagedCallersOnly]
    private static int OnCpu(OrtCustomOp* self, nuint index) => 0;

    [UnmanagedCallersOnly]
    private static int GetArity(OrtCustomOp* self) => 1;

    [UnmanagedCallersOnly]
    private static int IsMixed(OrtCustomOp* self) => 0;

    [UnmanagedCallersOnly]
    private static int GetStartVersion(OrtCustomOp* self) => 1;

    [UnmanagedCallersOnly]
    private static int GetEndVersion(OrtCustomOp* self) => int.MaxValue;

    [UnmanagedCallersOnly]
    private static OrtStatus* InferShapes(OrtCustomOp* self, OrtShapeInferContext* context)
    {
        if (DeepCompressionProvider.Runtime is not OrtRuntime ort)
            return null;
        try
        {
            PreparedShapes.Infer(ort, context, _key);
            return null;
        }
        catch (Exception exception)
        {
            return ort.ToStatus(exception);
        }
    }

    [UnmanagedCallersOnly]
    private static OrtStatus* CreateKernel(OrtCustomOp* self, OrtApi* api, OrtKernelInfo* info, void** kernel)
    {
        *kernel = null;
        long key;
        OrtStatus* status = api->KernelInfoGetAttribute_int64(info, _key, &key);
        if (status != null)
            return status;
        if (PreparedUnit.Open(key) is PreparedUnit unit)
        {
            *kernel = (void*)GCHandle.ToIntPtr(GCHandle.Alloc(unit));
            return null;
        }

        fixed (byte* message = "DeepCompression: a Prepared node is of another session; models are saved as they were before.\0"u8)
            return api->CreateStatus(1, message);
    }

    [UnmanagedCallersOnly]
    private static OrtStatus* Compute(void* kernel, OrtKernelContext* context)
    {
        PreparedUnit unit = (PreparedUnit)GCHandle.FromIntPtr((nint)kernel).Target!;
        try
        {
            unit.Graph.Run(context);
            return null;
        }
        catch (Exception exception)
        {
            return unit.Graph.Ort.ToStatus(exception);
        }
    }

    [UnmanagedCallersOnly]
    private static void Destroy(void* kernel)
    {
        GCHandle handle = GCHandle.FromIntPtr((nint)kernel);
        PreparedUnit unit = (PreparedUnit)handle.Target!;
        handle.Free();
        unit.Close();
    }
}
