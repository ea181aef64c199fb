using DeepCompression.Onnx;
using DeepCompression.Onnx.Tests;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.OnnxRuntime.Tests.Forms;

/// <summary>Runs models on ONNX Runtime with its default settings.</summary>
internal static class Runtime
{
    /// <summary>The bytes of one output; inputs are zeros.</summary>
    public static byte[] RunToBytes(OnnxModel model, string output)
    {
        using SessionOptions options = Options();
        using var session = new InferenceSession(model.ToBytes(), options);
        using var run = new RunOptions();
        Dictionary<string, OrtValue> inputs = [];
        try
        {
            foreach ((string name, NodeMetadata metadata) in session.InputMetadata)
                inputs[name] = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, metadata.ElementDataType, [.. metadata.Dimensions.Select(dimension => (long)Math.Max(1, dimension))]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, inputs, [output]);
            return outputs[0].GetTensorMutableRawData().ToArray();
        }
        finally
        {
            foreach (OrtValue input in inputs.Values)
                input.Dispose();
        }
    }

    /// <summary>One float output for one float input of seeded random numbers.</summary>
    public static float[] Run(OnnxModel model, int seed = 1)
    {
        using SessionOptions options = Options();
        using var session = new InferenceSession(model.ToBytes(), options);
        (string name, NodeMetadata metadata) = session.InputMetadata.First();
        int[] shape = [.. metadata.Dimensions.Select(dimension => Math.Max(1, dimension))];
        float[] values = Graphs.Values(seed, 1, shape.Aggregate(1, (a, b) => a * b));
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(values, [.. shape.Select(dimension => (long)dimension)]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, new Dictionary<string, OrtValue> { [name] = input }, [session.OutputNames[0]]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static SessionOptions Options() => new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, IntraOpNumThreads = 1 };
}
