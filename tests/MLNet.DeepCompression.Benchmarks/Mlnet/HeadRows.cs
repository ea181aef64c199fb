using DeepCompression.Benchmarks.Harness;
using Microsoft.ML;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>One row at a time through a <c>PredictionEngine</c>: the classifier head of AlexNet.</summary>
internal static class HeadRows
{
    public static void Run(BenchTable table)
    {
        (string dense, string compressed) = AlexNetFiles.Head();
        MLContext ml = new(seed: 1);
        Random random = new(2);
        HeadRow[] rows = [.. Enumerable.Range(0, 16).Select(_ => new HeadRow { Features = [.. Enumerable.Range(0, 9216).Select(_ => Math.Max(0, random.NextSingle() - 0.5f))] })];
        IDataView data = ml.Data.LoadFromEnumerable(rows);
        using PredictionEngine<HeadRow, ScoredRow> stock = ml.Model.CreatePredictionEngine<HeadRow, ScoredRow>(ml.Transforms.ApplyOnnxModel("fc8", "flatten", dense).Fit(data));
        CompressedOnnxTransformer model = ml.DeepCompression().ApplyCompressedOnnxModel(compressed).Fit(data);
        using PredictionEngine<HeadRow, ScoredRow> ours = ml.Model.CreatePredictionEngine<HeadRow, ScoredRow>(model);

        int next = 0;
        (double ourTime, double stockTime) = Stopwatches.Alternate(
            () => ours.Predict(rows[next++ % rows.Length]), () => stock.Predict(rows[next++ % rows.Length]), rounds: 15, minimumMilliseconds: 50);
        table.Add(BenchRow.Faster("AlexNet head, one row, PredictionEngine", ourTime, stockTime, "ms", 2, $"{model.Execution?.Decisions.Count(d => d.IsClaimed) ?? 0} operators compute on compressed weights"));
    }
}
