using DeepCompression.Benchmarks.Harness;
using Microsoft.ML;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>10,000 rows through a pipeline: the dense model under <c>ApplyOnnxModel</c> against the compressed one under ours.</summary>
internal static class ThroughputRows
{
    private const int Rounds = 7;
    private const int Pause = 50; // milliseconds: the other side's threads are asleep

    public static void Run(BenchTable table)
    {
        DigitModels models = new();
        Compare(table, models, "LeNet-5", DigitModels.LeNet5, models.CompressedLeNet5);
        Compare(table, models, "LeNet-5 pruned by layer", DigitModels.LeNet5, models.FastLeNet5);
        Compare(table, models, "MLP (LeNet-300-100)", DigitModels.Perceptron, models.CompressedPerceptron);
    }

    private static void Compare(BenchTable table, DigitModels models, string name, string dense, string compressed)
    {
        MLContext ml = new(seed: 1);
        IDataView rows = models.View(ml);
        ITransformer stock = ml.Transforms.ApplyOnnxModel("logits", "data", dense).Fit(rows);
        using CompressedOnnxTransformer ours = ml.DeepCompression().ApplyCompressedOnnxModel(compressed, ["logits"], ["data"]).Fit(rows);
        using CompressedOnnxTransformer batched = ml.DeepCompression().ApplyCompressedOnnxModel(dense, ["logits"], ["data"]).Fit(rows);
        (IDataView a, IDataView b, IDataView c) = (ours.Transform(rows), stock.Transform(rows), batched.Transform(rows));
        (double compressedTime, double stockTime) = Stopwatches.Alternate(() => Reading.Drain(a, "logits"), () => Reading.Drain(b, "logits"), Rounds, 0, Pause);
        (double denseTime, _) = Stopwatches.Alternate(() => Reading.Drain(c, "logits"), () => { }, Rounds, 0, Pause);
        int count = models.Test.Length;
        table.Add(BenchRow.Faster($"{name}, {count:#,0} rows", compressedTime, stockTime, "ms", 5, $"{1000 * count / compressedTime:#,0} rows/s, ApplyOnnxModel {1000 * count / stockTime:#,0}; wrong answers {ZipRows.Error(a, models.Test):0.00} %, dense {ZipRows.Error(b, models.Test):0.00} %"));
        table.Add(BenchRow.Faster($"{name}, {count:#,0} rows, dense model under ours", denseTime, stockTime, "ms", null, "what batching alone brings"));
    }
}
