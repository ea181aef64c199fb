using System.Globalization;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx;
using DeepCompression.Training;
using DeepCompression.Training.Data;
using DeepCompression.Training.Plots;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;
using DeepCompression.WeightSharing;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// Networks whose training data is not at hand are pruned and shared while they learn to agree with the original on photographs without
/// labels: agreement of the largest class on other photographs against the ratio of the packed file.
/// </summary>
internal static class DistillationRows
{
    private const int Crops = 1200; // samples an epoch
    private const int TestCrops = 320;
    private const int Batch = 16;
    private const int Bits = 8; // at most: the entropy penalty decides
    private const int WarmUpSteps = 20;
    private const ulong Seed = 1;
    private const string Input = "data";

    public static void TinyDarknet(BenchTable table) => Run(table, new Subject("tiny-darknet", "tiny-darknet/tiny-darknet.onnx", 224, 224, PixelScale.Unit, 2e-5, [new(1, 0.001), new(1, 0.004), new(0.6, 0.001), new(0.4, 0.001)]));

    public static void SqueezeNet(BenchTable table) => Run(
        table,
        new Subject("SqueezeNet (the paper's author's, pruned and shared already)", "squeezenet-dc/squeezenet1.0-han-dc.onnx", 227, 131, PixelScale.Caffe, 5e-5, [new(1, 0.001), new(1, 0.003), new(1, 0.008), new(0.28, 0.003)]));

    private static void Run(BenchTable table, Subject subject)
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
        double bytes = original.ToBytes().Length;
        Photograph[] seen = [.. photographs.Where((_, i) => i % 4 != 0)], unseen = [.. photographs.Where((_, i) => i % 4 == 0)];
        PhotographCrops training = new(seen, Crops, subject.TrainingSide, Seed, Input, subject.Scale);
        RunOptions measuring = Options(subject.TestSide, subject.Rate);
        ArrayBatchSource test = Distillation.Label(original.Proto, new PhotographCrops(unseen, TestCrops, subject.TestSide, Seed + 1, Input, subject.Scale), measuring);
        (double Ratio, double Agreement) Measure(CompressionResult compressed)
        {
            byte[] file = compressed.Model.ToBytes();
            EvaluationResult result = ModelEvaluation.Run(ModelUnpacker.Unpack(OnnxModel.FromBytes(file)).Proto, test, measuring);
            return (bytes / file.Length, 100.0 * result.Correct!.Value / result.Count);
        }

        (double Ratio, double Agreement) lossless = Measure(ModelCompressor.Compress(original, new CompressionOptions { Lossless = true }));
        (Point Point, bool Trains)[] jobs = [.. subject.Points.SelectMany(point => new[] { (point, true), (point, false) })];
        (double Ratio, double Agreement)[] results = Figures.Map(jobs, job => Measure(job.Trains ? Train(original, training, job.Point, subject) : Untrained(original, job.Point)));

        (double Ratio, double)[] Line(bool trains) => [lossless, .. results.Where((_, i) => jobs[i].Trains == trains).OrderBy(result => result.Ratio)];
        string stem = $"distillation-{subject.Name.Split(' ')[0].ToLowerInvariant()}";
        new LinePlot
        {
            Title = $"{subject.Name.Split(" (")[0]}: agreement with the original against ratio",
            XLabel = "dense file by packed file",
            YLabel = "same largest class on unseen photographs, %",
            LogarithmicX = true,
            MinimumY = 0,
            MaximumY = 100,
            Series = [new PlotSeries("pruned, shared, distilled on photographs", Line(true)), new PlotSeries("the same, not trained", Line(false), Dashed: true)],
        }.Save($"artifacts/bench/lenet/{stem}");

        table.Add(new BenchRow($"distillation, {subject.Name}, lossless: agreement with the original", lossless.Agreement, "%", Note: Invariant($"{lossless.Ratio:F1}x")));
        for (int i = 0; i < jobs.Length; i += 2)
        {
            string how = Invariant($"{Crops} crops of {seen.Length} photographs, {TestCrops} of {unseen.Length} others; seed {Seed}; peer: not trained, {results[i + 1].Ratio:F1}x; artifacts/bench/lenet/{stem}.svg");
            table.Add(new BenchRow(Invariant($"distillation, {subject.Name}, {jobs[i].Point}: agreement with the original at {results[i].Ratio:F1}x"), results[i].Agreement, "%", results[i + 1].Agreement, Note: how));
        }
    }

    private static CompressionResult Train(OnnxModel original, PhotographCrops data, Point point, Subject subject)
    {
        ShareOptions share = new() { Bits = Bits, EntropyPenalty = point.EntropyPenalty, ReassignEpochs = 2, Epochs = 1, RateScale = 1 };
        RunOptions options = Options(subject.TrainingSide, subject.Rate) with { Teacher = original.Proto, Progress = progress => Show(subject, point, progress) };
        TrainingOutcome outcome = point.Density == 1
            ? SharedTraining.Run(original.Proto, data, share, options)
            : DeepCompressionTraining.Run(original.Proto, data, new PruneOptions { Sparsity = 1 - point.Density, Epochs = 3, Interval = 8, Feedback = false }, share, options);
        return ModelCompressor.Compress(new OnnxModel(outcome.Model), new CompressionOptions { Lossless = true });
    }

    private static void Show(Subject subject, Point point, TrainingProgress progress)
    {
        if (progress.Step * progress.Epochs % progress.Steps == 0)
            Console.WriteLine(Invariant($"{subject.Name.Split(' ')[0]}, {point}, {progress.Stage} {progress.Epoch}: loss {progress.Loss:F3}, {100 * progress.Accuracy:F1} % agree on crops that are trained with"));
    }

    private static CompressionResult Untrained(OnnxModel original, Point point) => ModelCompressor.Compress(
        original,
        new CompressionOptions
        {
            Default = new WeightOptions
            {
                Pruning = point.Density == 1 ? null : new PruningOptions { Sparsity = 1 - point.Density },
                WeightSharing = new SharingOptions { Bits = Bits, EntropyPenalty = point.EntropyPenalty },
            },
        });

    // Both networks end in a global pooling: they take crops of other sizes. SqueezeNet learns as much from smaller ones in a quarter of the
    // time, tiny-darknet does not. Adam's steps are as wide for all weights: a trained network with many inputs a unit bears small ones
    // alone. Batches are few, and not of the pictures that the network was trained with, so that its own statistics stay.
    private static RunOptions Options(int side, double rate) => new()
    {
        BatchSize = Batch,
        Loss = Loss.Distillation(2),
        LearningRate = new WarmUp(WarmUpSteps, new CosineRate(rate)),
        MaxGradientNorm = 5,
        NormalizeByBatch = false,
        InputShapes = new Dictionary<string, long[]> { [Input] = [Batch, 3, side, side] },
        Seed = Seed,
        Threads = 1,
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Subject(string Name, string File, int TestSide, int TrainingSide, PixelScale Scale, double Rate, Point[] Points);

    // Density 1 prunes nothing more than is pruned already.
    private sealed record Point(double Density, double EntropyPenalty)
    {
        public override string ToString() => Invariant($"{(Density == 1 ? "" : $"{100 * Density:F0} % left, ")}entropy penalty {EntropyPenalty}");
    }
}
