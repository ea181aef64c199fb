using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.Onnx.Tests;
using Microsoft.ML.OnnxRuntime;
using AttributeType = DeepCompression.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>Builds models with pruned and shared weights, and runs them with and without the execution provider.</summary>
internal static class ProviderModels
{
    /// <summary>Claims whatever there is a kernel for, on two threads.</summary>
    public static DeepCompressionOptions ClaimAll { get; } = new() { Required = true, MinimumSpeedup = 0, Threads = 2 };

    /// <summary>A weight with so many distinct values, zero among them, of a density.</summary>
    public static TensorProto Weight(string name, int seed, double density, int values, params long[] shape)
    {
        Random random = new(seed);
        float[] codebook = [.. Enumerable.Range(0, values).Select(_ => (float)(random.NextDouble() - 0.5))];
        return Graphs.Floats(name, shape, [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => random.NextDouble() < density ? codebook[random.Next(values)] : 0)]);
    }

    /// <summary>Numbers around zero.</summary>
    public static float[] Random(int seed, long count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, (int)count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    public static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Ints = { values }, Type = AttributeType.Ints };

    public static AttributeProto Float(string name, float value) => new() { Name = name, F = value, Type = AttributeType.Float };

    public static AttributeProto Text(string name, string value) => new() { Name = name, S = Google.Protobuf.ByteString.CopyFromUtf8(value), Type = AttributeType.String };

    /// <summary>Compresses without changing a value.</summary>
    public static OnnxModel Compress(OnnxModel dense, ModelForm form) =>
        ModelCompressor.Compress(dense, new CompressionOptions { Form = form, MinElements = 1 }).Model;

    /// <summary>Runs a model, with the execution provider where settings are given, and returns all outputs.</summary>
    public static float[][] Run(OnnxModel model, DeepCompressionOptions? settings, out DeepCompressionReport? report, params (string Name, float[] Values, long[] Shape)[] inputs)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 2, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        report = settings is null ? null : options.AppendDeepCompression(settings);
        using InferenceSession session = new(model.ToBytes(), options);
        return Run(session, inputs);
    }

    /// <summary>Runs a session and returns all outputs.</summary>
    public static float[][] Run(InferenceSession session, params (string Name, float[] Values, long[] Shape)[] inputs)
    {
        using RunOptions run = new();
        Dictionary<string, OrtValue> values = inputs.ToDictionary(input => input.Name, input => OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape));
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, values, session.OutputNames);
        float[][] result = [.. outputs.Select(output => output.GetTensorDataAsSpan<float>().ToArray())];
        foreach (OrtValue value in values.Values)
            value.Dispose();
        return result;
    }

    /// <summary>Asserts that outputs agree: sums in another order differ by 1e-4 of the largest number at most.</summary>
    public static void AssertClose(float[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Length, actual[i].Length);
            float largest = expected[i].Length == 0 ? 0 : expected[i].Max(MathF.Abs);
            for (int j = 0; j < expected[i].Length; j++)
                Assert.True(MathF.Abs(expected[i][j] - actual[i][j]) <= 1e-4f * MathF.Max(largest, 1e-3f), $"output {i}, element {j}: {actual[i][j]} instead of {expected[i][j]} (largest {largest})");
        }
    }

    /// <summary>Compares the compressed model with the dense one, portable and packed, and checks how many operators are claimed.</summary>
    public static void AssertEqualsStock(OnnxModel dense, int claimed, params (string Name, float[] Values, long[] Shape)[] inputs)
    {
        // A shape that a test does not spell out is one that the runtime infers.
        foreach (ValueInfoProto output in dense.Proto.Graph.Output.Where(output => output.Type.TensorType.Shape.Dim.Count == 0))
            output.Type.TensorType.Shape = null;

        float[][] expected = Run(dense, null, out _, inputs);
        foreach (ModelForm form in (ModelForm[])[ModelForm.Portable, ModelForm.Packed])
        {
            float[][] actual = Run(Compress(dense, form), ClaimAll, out DeepCompressionReport? report, inputs);
            Assert.True(report!.Decisions.Count(decision => decision is { IsClaimed: true, IsDecodedOnly: false }) == claimed, $"{form}:\n{report}");
            AssertClose(expected, actual);
        }
    }
}
