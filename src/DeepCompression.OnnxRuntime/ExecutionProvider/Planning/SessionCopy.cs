using DeepCompression.ExecutionProvider.Interop;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>Session options like those of a caller, to which things can be added that concern one session only.</summary>
internal sealed unsafe class SessionCopy : SessionOptions
{
    public SessionCopy(OrtRuntime ort, SessionOptions original)
    {
        OrtSessionOptions* copy;
        ort.Check(ort.Api->CloneSessionOptions((OrtSessionOptions*)original.DangerousGetHandle(), &copy));
        ReleaseHandle(); // what the base class made
        SetHandle((nint)copy);
        GC.KeepAlive(original);
    }

    /// <summary>Leaves optimizers out, beside those that the caller leaves out.</summary>
    public void LeaveOut(OrtRuntime ort, IEnumerable<string> optimizers)
    {
        string all = string.Join(';', optimizers.Prepend(ort.GetSessionConfigEntry(Handle, IdleOptimizers.Entry) ?? "").Where(name => name.Length > 0));
        if (all.Length > 0)
            AddSessionConfigEntry(IdleOptimizers.Entry, all);
    }

    /// <summary>The native options.</summary>
    public OrtSessionOptions* Handle => (OrtSessionOptions*)handle;
}
