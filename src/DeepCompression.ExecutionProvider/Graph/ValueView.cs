using DeepCompression.ExecutionProvider.Interop;

namespace DeepCompression.ExecutionProvider.Graph;

/// <summary>A named value of a graph: what a node reads or yields.</summary>
internal sealed unsafe class ValueView
{
    private readonly OrtRuntime _ort;
    private readonly OrtValueInfo* _handle;

    public ValueView(OrtRuntime ort, OrtValueInfo* handle)
    {
        _ort = ort;
        _handle = handle;
        byte* name;
        ort.Check(ort.Api->GetValueInfoName(handle, &name));
        Name = OrtRuntime.ToString(name);
        (ElementType, Shape) = ReadType();
    }

    /// <summary>The value's name.</summary>
    public string Name { get; }

    /// <summary>The element type by its number in ONNX; 0 where the value is not a tensor.</summary>
    public int ElementType { get; }

    /// <summary>The dimensions, -1 where not known; null where not even the rank is known.</summary>
    public long[]? Shape { get; }

    /// <summary>Whether the value leaves the graph.</summary>
    public bool IsGraphOutput
    {
        get
        {
            byte result;
            _ort.Check(_ort.Api->ValueInfo_IsGraphOutput(_handle, &result));
            return result != 0;
        }
    }

    /// <summary>The value's constant; null where it is computed, or an input that a caller can override.</summary>
    public TensorView? Constant => field ??= ReadConstant();

    private TensorView? ReadConstant()
    {
        byte constant;
        _ort.Check(_ort.Api->ValueInfo_IsConstantInitializer(_handle, &constant));
        if (constant == 0)
            return null;
        OrtValue* value = null;
        _ort.Check(_ort.Api->ValueInfo_GetInitializerValue(_handle, &value));
        return value == null ? null : new TensorView(_ort, value);
    }

    private (int, long[]?) ReadType()
    {
        OrtTypeInfo* type;
        OrtTensorTypeAndShapeInfo* info = null;
        if (_ort.Api->GetValueInfoTypeInfo(_handle, &type) is var status && status != null)
        {
            _ort.Api->ReleaseStatus(status); // a value without a type
            return (0, null);
        }

        if (type == null)
            return (0, null);
        _ort.Check(_ort.Api->CastTypeInfoToTensorInfo(type, &info));
        if (info == null)
            return (0, null);
        (int elementType, long[] shape) = TensorView.ReadInfo(_ort, info);
        return (elementType, _ort.Api->TensorTypeAndShape_HasShape(info) != 0 ? shape : null);
    }
}
