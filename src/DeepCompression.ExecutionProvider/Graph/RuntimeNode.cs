using DeepCompression.ExecutionProvider.Interop;

namespace DeepCompression.ExecutionProvider.Graph;

/// <summary>A node as ONNX Runtime holds it.</summary>
internal sealed unsafe class RuntimeNode : NodeView
{
    private const int AttributeInt = 1;
    private const int AttributeInts = 2;
    private const int AttributeFloat = 3;
    private const int AttributeString = 5;
    private const int AttributeStrings = 6;

    private readonly OrtRuntime _ort;

    public RuntimeNode(OrtRuntime ort, OrtNode* handle, Func<nint, ValueView?> value)
    {
        _ort = ort;
        Handle = handle;
        OrtApi* api = ort.Api;
        Name = Text(api->Node_GetName);
        OpType = Text(api->Node_GetOperatorType);
        Domain = Text(api->Node_GetDomain);
        Inputs = Values(api->Node_GetNumInputs, api->Node_GetInputs, value);
        Outputs = Values(api->Node_GetNumOutputs, api->Node_GetOutputs, value);
        ImplicitInputs = Values(api->Node_GetNumImplicitInputs, api->Node_GetImplicitInputs, value);
    }

    /// <summary>The runtime's own.</summary>
    public OrtNode* Handle { get; }

    /// <inheritdoc/>
    public override long GetInt(string name, long fallback)
    {
        long result = fallback;
        nuint size;
        if (Attribute(name) is var attribute && attribute != null)
            _ort.Check(_ort.Api->ReadOpAttr(attribute, AttributeInt, &result, sizeof(long), &size));
        return result;
    }

    /// <inheritdoc/>
    public override float GetFloat(string name, float fallback)
    {
        float result = fallback;
        nuint size;
        if (Attribute(name) is var attribute && attribute != null)
            _ort.Check(_ort.Api->ReadOpAttr(attribute, AttributeFloat, &result, sizeof(float), &size));
        return result;
    }

    /// <inheritdoc/>
    public override long[]? GetInts(string name) => GetList<long>(name, AttributeInts);

    /// <inheritdoc/>
    public override string GetString(string name, string fallback) =>
        GetList<byte>(name, AttributeString) is byte[] bytes ? System.Text.Encoding.UTF8.GetString(bytes).TrimEnd('\0') : fallback;

    /// <inheritdoc/>
    public override string[]? GetStrings(string name)
    {
        // The runtime writes the texts one after another, each with a zero at its end.
        byte[]? bytes = GetList<byte>(name, AttributeStrings);
        return bytes is null ? null : System.Text.Encoding.UTF8.GetString(bytes).Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <inheritdoc/>
    public override bool Has(string name) => Attribute(name) != null;

    private T[]? GetList<T>(string name, int type)
        where T : unmanaged
    {
        OrtOpAttr* attribute = Attribute(name);
        if (attribute == null)
            return null;

        // Asked with no room, the runtime fails and says the size.
        nuint size = 0;
        OrtStatus* status = _ort.Api->ReadOpAttr(attribute, type, null, 0, &size);
        if (status != null)
            _ort.Api->ReleaseStatus(status);
        T[] result = new T[(int)size / sizeof(T)];
        fixed (T* data = result)
        {
            if (size > 0)
                _ort.Check(_ort.Api->ReadOpAttr(attribute, type, data, size, &size));
        }

        return result;
    }

    private OrtOpAttr* Attribute(string name)
    {
        OrtOpAttr* attribute = null;
        fixed (byte* bytes = System.Text.Encoding.UTF8.GetBytes(name + "\0"))
        {
            OrtStatus* status = _ort.Api->Node_GetAttributeByName(Handle, bytes, &attribute);
            if (status == null)
                return attribute;
            _ort.Api->ReleaseStatus(status); // the attribute is not there
            return null;
        }
    }

    private string Text(delegate* unmanaged<OrtNode*, byte**, OrtStatus*> get)
    {
        byte* text;
        _ort.Check(get(Handle, &text));
        return OrtRuntime.ToString(text);
    }

    private ValueView?[] Values(delegate* unmanaged<OrtNode*, nuint*, OrtStatus*> count, delegate* unmanaged<OrtNode*, OrtValueInfo**, nuint, OrtStatus*> get, Func<nint, ValueView?> value)
    {
        nuint length;
        _ort.Check(count(Handle, &length));
        nint[] handles = new nint[length];
        fixed (nint* data = handles)
            _ort.Check(get(Handle, (OrtValueInfo**)data, length));
        return Array.ConvertAll(handles, handle => value(handle));
    }
}
