using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>A session with its inputs and outputs bound, so that a run copies nothing.</summary>
internal sealed class ModelSession : IDisposable
{
    private const int Symbols = 64; // integers are symbols of an alphabet of at least so many

    private readonly RunOptions _run = new();
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _inputs = [];

    public ModelSession(InferenceSession session, string input, long[] shape)
    {
        Session = session;
        _binding = session.CreateIoBinding();
        Random random = new(7);
        foreach ((string name, NodeMetadata metadata) in session.InputMetadata)
        {
            long[] dimensions = name == input ? shape : [.. metadata.Dimensions.Select(dimension => Math.Max((long)dimension, 1))];
            long count = dimensions.Aggregate((a, b) => a * b);
            _inputs.Add(metadata.ElementDataType == TensorElementType.Int64
                ? OrtValue.CreateTensorValueFromMemory(Draw(count, () => (long)random.Next(Symbols)), dimensions)
                : OrtValue.CreateTensorValueFromMemory(Draw(count, () => (float)random.NextDouble() - 0.5f), dimensions));
            _binding.BindInput(name, _inputs[^1]);
        }

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
        foreach (OrtValue input in _inputs)
            input.Dispose();
        _run.Dispose();
        Session.Dispose();
    }

    private static T[] Draw<T>(long count, Func<T> next)
    {
        T[] values = new T[count];
        for (int i = 0; i < values.Length; i++)
            values[i] = next();
        return values;
    }
}
