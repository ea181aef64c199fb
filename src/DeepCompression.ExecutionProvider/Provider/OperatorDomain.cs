using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Weights;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>
/// The operators of our domain that a runtime has to know. The portable ones must have no schema, or it would not fall back to
/// their function bodies.
/// </summary>
internal sealed unsafe class OperatorDomain : IDisposable
{
    private const int Count = 2;

    private static readonly byte* _name = Native.Text(WeightNode.Domain);

    private readonly OrtRuntime _ort;
    private OrtCustomOp* _operators;

    public OperatorDomain(OrtRuntime ort)
    {
        _ort = ort;
        _operators = (OrtCustomOp*)NativeMemory.AllocZeroed(Count, (nuint)sizeof(OrtCustomOp));
        PackedWeightOperator.Fill(&_operators[0], ort.Version);
        PreparedOperator.Fill(&_operators[1], ort.Version);
        OrtCustomOpDomain* domain;
        ort.Check(ort.Api->CreateCustomOpDomain(_name, &domain));
        Handle = domain;
        for (int i = 0; i < Count; i++)
            ort.Check(ort.Api->CustomOpDomain_Add(domain, &_operators[i]));
    }

    ~OperatorDomain() => Free();

    /// <summary>The runtime's own.</summary>
    public OrtCustomOpDomain* Handle { get; private set; }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Handle != null)
            _ort.Api->ReleaseCustomOpDomain(Handle);
        Handle = null;
        NativeMemory.Free(_operators);
        _operators = null;
    }
}
