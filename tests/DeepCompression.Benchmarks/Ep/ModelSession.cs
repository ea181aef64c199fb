using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>A session with its input and output bound, so that a run copies nothing.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly RunOptions _run = new();
    private readonly OrtIoBinding _binding;
    private readonly OrtValue _input;

    public ModelSession(InferenceSession session, string input, long[] shape)
    {
        Session = session;
        Random random = new(7);
        float[] x = new float[shape.Aggregate((a, b) => a * b)];
        for (int i = 0; i < x.Length; i++)
            x[i] = (float)random.NextDouble() - 0.5f;
        _input = OrtValue.CreateTensorValueFromMemory(x, shape);
        _binding = session.CreateIoBinding();
        _binding.BindInput(input, _input);
        foreach (string output in session.OutputNames)
            _binding.BindOutputToDevice(output, OrtMemoryInfo.DefaultInstance);
        Run();
    }

    public InferenceSession Session { get; }

    /// <summary>Runs the model once.</summary>
    public void Run() => Session.RunWithBinding(_run, _binding);

    /// <summary>The first output of the last run.</summary>
    public float[] Output()
    {
        using IDisposableReadOnlyCollection<OrtValue> values = _binding.GetOutputValues();
        return values[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _binding.Dispose();
        _input.Dispose();
        _run.Dispose();
        Session.Dispose();
    }
}
