using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.Training.Sessions;

/// <summary>A compiled graph whose inputs and outputs are fixed places in memory.</summary>
internal sealed class BoundGraph : IDisposable
{
    private readonly RunOptions _run = new();
    private readonly SessionOptions _options;
    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly HashSet<string> _inputs;
    private float[] _read = [];

    public BoundGraph(ModelProto model, int threads)
    {
        _options = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _options.AddSessionConfigEntry("session.set_denormal_as_zero", "1");
        _session = new InferenceSession(model.ToByteArray(), _options);
        _binding = _session.CreateIoBinding();
        _inputs = [.. _session.InputNames];
    }

    /// <summary>Binds an input, if the graph reads it.</summary>
    public TensorBuffer BindInput(string name, TensorBuffer buffer)
    {
        if (_inputs.Contains(name))
            _binding.BindInput(name, buffer.Value);
        return buffer;
    }

    public void BindOutput(string name, TensorBuffer buffer) => _binding.BindOutput(name, buffer.Value);

    /// <summary>Binds an output for which the runtime finds memory.</summary>
    public void BindOutput(string name) => _binding.BindOutputToDevice(name, OrtMemoryInfo.DefaultInstance);

    public void Run() => _session.RunWithBinding(_run, _binding);

    /// <summary>Runs, and reads a float32 output that the runtime found memory for.</summary>
    public ReadOnlySpan<float> RunAndRead(string name)
    {
        using IDisposableReadOnlyCollection<OrtValue> values = _session.RunWithBoundResults(_run, _binding);
        ReadOnlySpan<float> found = values[Array.IndexOf(_binding.GetOutputNames(), name)].GetTensorDataAsSpan<float>();
        if (_read.Length != found.Length)
            _read = new float[found.Length];
        found.CopyTo(_read);
        return _read;
    }

    public void Dispose()
    {
        _binding.Dispose();
        _session.Dispose();
        _options.Dispose();
        _run.Dispose();
    }
}
