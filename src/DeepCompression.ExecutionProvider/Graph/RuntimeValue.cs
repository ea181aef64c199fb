using DeepCompression.ExecutionProvider.Interop;

namespace DeepCompression.ExecutionProvider.Graph;

/// <summary>A value as ONNX Runtime holds it.</summary>
internal sealed unsafe class RuntimeValue(OrtRuntime ort, OrtValueInfo* handle, string name) : ValueView(name)
{
    /// <inheritdoc/>
    public override long[]? Shape { get; } = ReadShape(ort, handle);

    /// <inheritdoc/>
    public override bool IsGraphOutput
    {
        get
        {
            byte result;
            ort.Check(ort.Api->ValueInfo_IsGraphOutput(handle, &result));
            return result != 0;
        }
    }

    /// <summary>Reads a value's name and type; null for the place of an input that is left out.</summary>
    public static RuntimeValue? Read(OrtRuntime ort, nint handle)
    {
        if (handle == 0)
            return null;
        byte* name;
        ort.Check(ort.Api->GetValueInfoName((OrtValueInfo*)handle, &name));
        string text = OrtRuntime.ToString(name);
        return text.Length == 0 ? null : new RuntimeValue(ort, (OrtValueInfo*)handle, text);
    }

    /// <inheritdoc/>
    protected override TensorView? ReadConstant()
    {
        byte constant;
        ort.Check(ort.Api->ValueInfo_IsConstantInitializer(handle, &constant));
        if (constant == 0)
            return null;
        OrtValue* value = null;
        ort.Check(ort.Api->ValueInfo_GetInitializerValue(handle, &value));
        return value == null ? null : RuntimeTensor.Read(ort, value);
    }

    private static long[]? ReadShape(OrtRuntime ort, OrtValueInfo* handle)
    {
        OrtTypeInfo* type;
        OrtTensorTypeAndShapeInfo* info = null;
        if (ort.Api->GetValueInfoTypeInfo(handle, &type) is var status && status != null)
        {
            ort.Api->ReleaseStatus(status); // a value without a type
            return null;
        }

        if (type == null)
            return null;
        ort.Check(ort.Api->CastTypeInfoToTensorInfo(type, &info));
        return info != null && ort.Api->TensorTypeAndShape_HasShape(info) != 0 ? RuntimeTensor.ReadInfo(ort, info).Shape : null;
    }
}
