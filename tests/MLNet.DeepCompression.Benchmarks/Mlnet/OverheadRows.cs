using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>The transformer against a bare session that is run on the same batches, which lie ready in memory.</summary>
internal static class OverheadRows
{
    private const int Batch = 100;
    private const int Rounds = 9;

    public static void Run(BenchTable table)
    {
        DigitModels models = new();
        string file = models.CompressedLeNet5;
        MLContext ml = new(seed: 1);
        IDataView rows = models.View(ml);
        using CompressedOnnxTransformer transformer = ml.DeepCompression().ApplyCompressedOnnxModel(file, ["logits"], ["data"], o => o with { BatchSize = Batch, CreateSessionOptions = () => new SessionOptions() }).Fit(rows);
        IDataView scored = transformer.Transform(rows);

        float[] pixels = [.. models.Test.SelectMany(row => row.Pixels)];
        using SessionOptions options = new();
        using InferenceSession session = CompressedModel.CreateSession(ModelUnpacker.Unpack(OnnxModel.Load(file), UnpackTarget.Portable), options);
        using RunOptions run = new();
        (double ours, double bare) = Stopwatches.Alternate(() => Reading.Drain(scored, "logits"), () => RunBare(session, run, pixels), Rounds, 0);
        table.Add(BenchRow.AtMost("LeNet-5, overhead over a bare session on the same batches", 100 * ((ours / bare) - 1), "%", 10, $"{ours:0.0} ms against {bare:0.0} ms for {models.Test.Length:#,0} rows by {Batch}"));
    }

    private static double RunBare(InferenceSession session, RunOptions run, float[] pixels)
    {
        double sum = 0;
        for (int start = 0; start < pixels.Length; start += Batch * 784)
        {
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels.AsMemory(start, Batch * 784), [Batch, 1, 28, 28]);
            using IDisposableReadOnlyCollection<OrtValue> values = session.Run(run, ["data"], [input], ["logits"]);
            ReadOnlySpan<float> scores = values[0].GetTensorDataAsSpan<float>();
            for (int i = 0; i < scores.Length; i += 10)
                sum += scores[i];
        }

        return sum;
    }
}
