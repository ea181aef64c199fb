using DeepCompression.Benchmarks.Harness;
using Microsoft.ML;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>Resident memory of a process that has loaded the AlexNet-shaped model and scored with it.</summary>
internal static class ResidentRows
{
    private const double Megabyte = 1e6;

    public static void Run(BenchTable table)
    {
        (string dense, string compressed) = AlexNetFiles.Whole();
        double[] ours = ChildProcess.Start("resident", ["ours", compressed]);
        double[] stock = ChildProcess.Start("resident", ["stock", dense]);
        table.Add(BenchRow.Faster(
            "AlexNet, resident memory of the process", ours[1] / Megabyte, stock[1] / Megabyte, "MB", 5,
            $"before the model is loaded: {ours[0] / Megabyte:0} MB; the model alone: {(ours[1] - ours[0]) / Megabyte:0} MB against {(stock[1] - stock[0]) / Megabyte:0} MB, {(stock[1] - stock[0]) / (ours[1] - ours[0]):0.0}x"));
    }

    /// <summary>Memory before the pipeline is made, and after it has scored three rows.</summary>
    public static double[] Measure(string[] arguments)
    {
        MLContext ml = new(seed: 1);
        ImageRow row = new() { Pixels = new float[3 * 227 * 227] };
        IDataView data = ml.Data.LoadFromEnumerable([row]);
        double before = ChildProcess.ResidentBytes();
        ITransformer model = arguments[0] == "ours"
            ? ml.DeepCompression().ApplyCompressedOnnxModel(arguments[1]).Fit(data)
            : ml.Transforms.ApplyOnnxModel("fc8", "data", arguments[1]).Fit(data);
        using PredictionEngine<ImageRow, ScoredRow> engine = ml.Model.CreatePredictionEngine<ImageRow, ScoredRow>(model);
        for (int i = 0; i < 3; i++)
            engine.Predict(row);
        return [before, ChildProcess.ResidentBytes()];
    }
}
