using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.Training.Tests.Gradients;

/// <summary>Runs a graph on arrays.</summary>
internal sealed class GraphRunner : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    public GraphRunner(ModelProto model, int threads = 1)
    {
        using SessionOptions options = new() { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(model.ToByteArray(), options);
    }

    public Dictionary<string, float[]> Run(IReadOnlyDictionary<string, (long[] Shape, Array Values)> fed)
    {
        Dictionary<string, OrtValue> inputs = _session.InputNames.ToDictionary(name => name, name => Value(fed[name].Shape, fed[name].Values));
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_run, inputs, _session.OutputNames);
            return _session.OutputNames.Zip(results).ToDictionary(pair => pair.First, pair => pair.Second.GetTensorDataAsSpan<float>().ToArray());
        }
        finally
        {
            foreach (OrtValue value in inputs.Values)
                value.Dispose();
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private static OrtValue Value(long[] shape, Array values) => values switch
    {
        float[] single => OrtValue.CreateTensorValueFromMemory(single, shape),
        long[] number => OrtValue.CreateTensorValueFromMemory(number, shape),
        bool[] flag => OrtValue.CreateTensorValueFromMemory(flag, shape),
        _ => throw new ArgumentException($"No tensor of {values.GetType()}.", nameof(values)),
    };
}
