using System.Runtime.InteropServices;
using System.Text;
using DeepCompression.ExecutionProvider.Interop;

namespace DeepCompression.ExecutionProvider.Tests.Provider;

/// <summary>An ONNX Runtime library of any version, driven through its C interface: the managed package fits only one version.</summary>
internal sealed unsafe class NativeRuntime : IDisposable
{
    private readonly OrtRuntime _ort;
    private readonly OrtEnv* _environment;

    public NativeRuntime(string path)
    {
        var getApiBase = (delegate* unmanaged<OrtApiBase*>)NativeLibrary.GetExport(NativeLibrary.Load(path), "OrtGetApiBase");
        _ort = new OrtRuntime(getApiBase());
        OrtEnv* environment;
        fixed (byte* name = Text("test"))
            _ort.Check(Api->CreateEnv(3, name, &environment));
        _environment = environment;
    }

    public string Version => _ort.VersionText;

    private OrtApi* Api => _ort.Api;

    public void Register(string library)
    {
        fixed (byte* name = Text("dc"), path = Text(library))
            _ort.Check(Api->RegisterExecutionProviderLibrary(_environment, name, path));
    }

    public void Unregister()
    {
        fixed (byte* name = Text("dc"))
            _ort.Check(Api->UnregisterExecutionProviderLibrary(_environment, name));
    }

    /// <summary>Creates a session, with our execution provider where options are given, and runs it once.</summary>
    public float[] Run(byte[] model, float[] x, int outputs, Dictionary<string, string>? provider)
    {
        OrtSessionOptions* options;
        OrtSession* session = null;
        _ort.Check(Api->CreateSessionOptions(&options));
        try
        {
            _ort.Check(Api->SetIntraOpNumThreads(options, 2));
            if (provider is not null)
                Append(options, provider);
            fixed (byte* bytes = model)
                _ort.Check(Api->CreateSessionFromArray(_environment, bytes, (nuint)model.Length, options, &session));
            return Run(session, x, outputs);
        }
        finally
        {
            if (session != null)
                Api->ReleaseSession(session);
            Api->ReleaseSessionOptions(options);
        }
    }

    public void Dispose() => Api->ReleaseEnv(_environment);

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + "\0");

    private void Append(OrtSessionOptions* options, Dictionary<string, string> provider)
    {
        OrtEpDevice** devices;
        nuint count;
        _ort.Check(Api->GetEpDevices(_environment, &devices, &count));
        for (nuint i = 0; i < count; i++)
        {
            if (OrtRuntime.ToString(Api->EpDevice_EpName(devices[i])) != DeepCompressionProvider.Name)
                continue;
            nint[] keys = [.. provider.Keys.Select(Marshal.StringToCoTaskMemUTF8)];
            nint[] values = [.. provider.Values.Select(Marshal.StringToCoTaskMemUTF8)];
            fixed (nint* k = keys, v = values)
                _ort.Check(Api->SessionOptionsAppendExecutionProvider_V2(options, _environment, &devices[i], 1, (byte**)k, (byte**)v, (nuint)keys.Length));
            Array.ForEach([.. keys, .. values], Marshal.FreeCoTaskMem);
            return;
        }

        throw new InvalidOperationException("The execution provider has no device.");
    }

    private float[] Run(OrtSession* session, float[] x, int outputs)
    {
        OrtMemoryInfo* memory;
        OrtValue* input;
        OrtValue* output = null;
        _ort.Check(Api->CreateCpuMemoryInfo(0, 0, &memory));
        long* shape = stackalloc long[] { 1, x.Length };
        fixed (float* data = x)
        fixed (byte* inputName = Text("x"), outputName = Text("y"))
        {
            _ort.Check(Api->CreateTensorWithDataAsOrtValue(memory, data, (nuint)x.Length * sizeof(float), shape, 2, 1, &input));
            byte* inputNames = inputName;
            byte* outputNames = outputName;
            _ort.Check(Api->Run(session, null, &inputNames, &input, 1, &outputNames, 1, &output));
        }

        void* result;
        _ort.Check(Api->GetTensorMutableData(output, &result));
        float[] y = new ReadOnlySpan<float>(result, outputs).ToArray();
        Api->ReleaseValue(output);
        Api->ReleaseValue(input);
        Api->ReleaseMemoryInfo(memory);
        return y;
    }
}
