using System.Globalization;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx;
using DeepCompression.Training.Plots;
using DeepCompression.WeightSharing;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// Networks whose training data is not at hand are pruned and shared while they learn to agree with the original on photographs without
/// labels: agreement of the largest class on other photographs against the ratio of the packed file. The recipes were chosen with seed 1;
/// the other seeds measure on photographs that no choice was made with.
/// </summary>
internal static class DistillationRows
{
    public static void TinyDarknet(BenchTable table, IReadOnlyList<int> seeds) => Run(
        table,
        seeds,
        new DistillationSubject("tiny-darknet", "tiny-darknet/tiny-darknet.onnx", 224, 224, PixelScale.Unit, 2e-5, [new(1, 0.001), new(1, 0.004), new(0.6, 0.001), new(0.4, 0.001)]));

    public static void SqueezeNet(BenchTable table, IReadOnlyList<int> seeds) => Run(
        table,
        seeds,
        new DistillationSubject("SqueezeNet (the paper's author's, pruned and shared already)", "squeezenet-dc/squeezenet1.0-han-dc.onnx", 227, 131, PixelScale.Caffe, 5e-5, [new(1, 0.001), new(1, 0.003), new(1, 0.008), new(0.28, 0.003)]));

    private static void Run(BenchTable table, IReadOnlyList<int> seeds, DistillationSubject subject)
    {
        if (Photographs.TryLoad() is not { } photographs)
        {
            Console.WriteLine("distillation: left out, there are no photographs on this machine (packages of Debian's desktop backgrounds and libjpeg-turbo-progs)");
            return;
        }

        if (BenchFiles.Data(subject.File) is not { } path)
        {
            Console.WriteLine($"distillation, {subject.Name}: left out, {subject.File} is not on this machine (DEEPCOMPRESSION_DATA)");
            return;
        }

        OnnxModel original = OnnxModel.Load(path);
        DistillationRun[] runs = [.. seeds.Select(seed => new DistillationRun(subject, original, photographs, seed))];
        CompressionResult[] untrained = Jobs.Map(subject.Points, point => Compress(original, point));
        DistillationResult[] trained = Jobs.Map(subject.Points.SelectMany(point => runs.Select(run => (point, run))).ToArray(), job => job.run.Measure(job.run.Train(job.point)));
        CompressionResult packed = ModelCompressor.Compress(original, new CompressionOptions { Lossless = true });

        SeedResults lossless = new([.. runs.Select(run => run.Measure(packed))]);
        SeedResults[] after = [.. trained.Chunk(runs.Length).Select(results => new SeedResults(results))], before = [.. untrained.Select(compressed => new SeedResults([.. runs.Select(run => run.Measure(compressed))]))];
        (double, double)[] Line(SeedResults[] points) => [lossless.Mean, .. points.Select(point => point.Mean).OrderBy(mean => mean.Ratio)];
        string stem = $"distillation-{subject.ShortName.ToLowerInvariant()}";
        new LinePlot
        {
            Title = $"{subject.ShortName}: agreement with the original against ratio",
            XLabel = "dense file by packed file",
            YLabel = "same largest class on unseen photographs, %",
            LogarithmicX = true,
            MinimumY = 0,
            MaximumY = 100,
            Series = [new PlotSeries("pruned, shared, distilled on photographs", Line(after)), new PlotSeries("the same, not trained", Line(before), Dashed: true)],
        }.Save($"artifacts/bench/lenet/{stem}");

        string how = Invariant($"seeds {string.Join(' ', seeds)}");
        table.Add(new BenchRow($"distillation, {subject.Name}, lossless: agreement with the original", lossless.Mean.Agreement, "%", Note: Invariant($"{lossless.Mean.Ratio:F1}x; {how}: {lossless.Agreements.ToText(1)}")));
        for (int i = 0; i < after.Length; i++)
        {
            table.Add(new BenchRow(
                Invariant($"distillation, {subject.Name}, {subject.Points[i]}: agreement with the original at {after[i].Mean.Ratio:F1}x"),
                after[i].Mean.Agreement,
                "%",
                before[i].Mean.Agreement,
                Note: Invariant($"{how}: {after[i].Agreements.ToText(1)}; ratios {after[i].Ratios.ToText(1)}; peer: not trained, {before[i].Mean.Ratio:F1}x: {before[i].Agreements.ToText(1)}; {DistillationRun.Crops} crops of three quarters of {photographs.Count} photographs, {DistillationRun.TestCrops} of the others; artifacts/bench/lenet/{stem}.svg")));
        }

        foreach (DistillationRun run in runs)
        {
            foreach (DistillationPoint point in subject.Points)
                run.Forget(point);
        }
    }

    private static CompressionResult Compress(OnnxModel original, DistillationPoint point) => ModelCompressor.Compress(
        original,
        new CompressionOptions
        {
            Default = new WeightOptions
            {
                Pruning = point.Density == 1 ? null : new PruningOptions { Sparsity = 1 - point.Density },
                WeightSharing = new SharingOptions { Bits = DistillationRun.Bits, EntropyPenalty = point.EntropyPenalty },
            },
        });

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // What all seeds of one point brought.
    private sealed record SeedResults(DistillationResult[] Results)
    {
        public SeedSpread Ratios => new([.. Results.Select(result => result.Ratio)]);

        public SeedSpread Agreements => new([.. Results.Select(result => result.Agreement)]);

        public (double Ratio, double Agreement) Mean => (Ratios.Mean, Agreements.Mean);
    }
}
