using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DeepCompression.ExecutionProvider.Interop;

/// <summary>One loaded ONNX Runtime: its tables, and the two directions of its error convention.</summary>
internal sealed unsafe class OrtRuntime
{
    /// <summary>The oldest runtime with all slots in use: ONNX Runtime 1.24.</summary>
    public const uint MinimumVersion = 24;

    private const int Fail = 1; // ORT_FAIL
    private const int InvalidModel = 10; // ORT_INVALID_GRAPH

    /// <summary>Asks a runtime for the version of its tables that both sides know.</summary>
    /// <exception cref="NotSupportedException">The runtime is older than <see cref="MinimumVersion"/>.</exception>
    public OrtRuntime(OrtApiBase* apiBase)
    {
        VersionText = ToString(apiBase->GetVersionString());
        string[] parts = VersionText.Split('.');
        if (parts.Length < 2 || parts[0] != "1" || !uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint minor) || minor < MinimumVersion)
            throw new NotSupportedException($"ONNX Runtime 1.{MinimumVersion} or later is needed; this is {VersionText}.");

        Version = Math.Min(OrtVersion.Headers, minor);
        Api = apiBase->GetApi(Version);
        if (Api == null)
            throw new NotSupportedException($"ONNX Runtime {VersionText} does not give its interface of version {Version}.");
        EpApi = Api->GetEpApi();
    }

    /// <summary>The runtime's own version, for example <c>1.29.0</c>.</summary>
    public string VersionText { get; }

    /// <summary>The version that goes into every <c>ort_version_supported</c>.</summary>
    public uint Version { get; }

    /// <summary>The runtime's functions.</summary>
    public OrtApi* Api { get; }

    /// <summary>The runtime's functions for execution providers.</summary>
    public OrtEpApi* EpApi { get; }

    /// <summary>Turns a failed status into an exception and releases it.</summary>
    /// <exception cref="OrtException">The status is an error.</exception>
    [StackTraceHidden]
    public void Check(OrtStatus* status)
    {
        if (status != null)
            Throw(status);
    }

    /// <summary>Turns an exception into a status; the caller of our callback releases it.</summary>
    public OrtStatus* ToStatus(Exception exception) => ToStatus(Api->CreateStatus, exception);

    /// <summary>Turns an exception into a status where the runtime's version was not settled yet.</summary>
    public static OrtStatus* ToStatus(OrtApiBase* apiBase, Exception exception) => ToStatus(apiBase->GetApi(1)->CreateStatus, exception);

    /// <summary>The value of an entry of session options; null where it is not given.</summary>
    public string? GetSessionConfigEntry(OrtSessionOptions* session, string key)
    {
        nuint size = 256;
        fixed (byte* name = Encoding.UTF8.GetBytes(key + "\0"))
        {
            for (byte[] value = new byte[size]; ; value = new byte[size])
            {
                nuint room = size;
                fixed (byte* to = value)
                {
                    OrtStatus* status = Api->GetSessionConfigEntry(session, name, to, &size);
                    if (status == null)
                        return ToString(to);
                    Api->ReleaseStatus(status);
                    if (size <= room)
                        return null;
                }
            }
        }
    }

    /// <summary>The text at a zero-terminated UTF-8 pointer; empty where it is null.</summary>
    public static string ToString(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static OrtStatus* ToStatus(delegate* unmanaged<int, byte*, OrtStatus*> createStatus, Exception exception)
    {
        int code = exception is InvalidDataException ? InvalidModel : Fail;
        string message = exception is OrtException or InvalidDataException or NotSupportedException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}";
        fixed (byte* bytes = Encoding.UTF8.GetBytes($"DeepCompression: {message}\0"))
            return createStatus(code, bytes);
    }

    [StackTraceHidden]
    private void Throw(OrtStatus* status)
    {
        string message = ToString(Api->GetErrorMessage(status));
        Api->ReleaseStatus(status);
        throw new OrtException(message);
    }
}
