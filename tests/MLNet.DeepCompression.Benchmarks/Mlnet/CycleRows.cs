using DeepCompression.Benchmarks.Harness;
using Microsoft.ML;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>1,000 times Fit, score, dispose: nothing may pile up.</summary>
internal static class CycleRows
{
    private const int Cycles = 1000;
    private const int WarmUp = 300; // until the pools of the runtimes have settled
    private const double Slack = 2e6; // bytes that resident memory goes up and down by itself

    public static void Run(BenchTable table)
    {
        DigitModels models = new();
        double[] grown = ChildProcess.Start("cycles", [models.CompressedLeNet5], ("DOTNET_TieredCompilation", "0")); // code is compiled once, and does not grow
        table.Add(BenchRow.AtMost($"{Cycles:#,0} Fit/Dispose cycles, growth of resident memory", grown[0] / 1e6, "MB", Slack / 1e6, $"after {WarmUp} cycles"));
        table.Add(BenchRow.AtMost($"{Cycles:#,0} Fit/Dispose cycles, growth of open handles", grown[1], "handles", 0));
        table.Add(BenchRow.AtMost($"{Cycles:#,0} Fit/Dispose cycles, temporary files left", grown[2], "files", 0));
    }

    /// <summary>Growth of memory in bytes, of open handles and of temporary files.</summary>
    public static double[] Measure(string[] arguments)
    {
        MLContext ml = new(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable([new DigitRow { Pixels = new float[784] }]);
        double[] before = [];
        for (int i = 0; i < WarmUp + Cycles; i++)
        {
            if (i == WarmUp)
                before = State();
            using CompressedOnnxTransformer model = ml.DeepCompression().ApplyCompressedOnnxModel(arguments[0], ["logits"], ["data"]).Fit(data);
            Reading.Drain(model.Transform(data), "logits");
        }

        return [.. State().Zip(before, (after, earlier) => after - earlier)];
    }

    private static double[] State() =>
        [ChildProcess.ResidentBytes(), Directory.GetFileSystemEntries("/proc/self/fd").Length, Directory.GetFileSystemEntries(Path.GetTempPath(), "*", SearchOption.AllDirectories).Length];
}
