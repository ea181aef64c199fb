using System.Globalization;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
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
    private const int Bits = 5;
    private const int WarmUpSteps = 20;
    private const ulong Seed = 1;
    private const string Input = "data";

    public static void TinyDarknet(BenchTable table) => Run(table, new Subject("tiny-darknet", "tiny-darknet/tiny-darknet.onnx", 224, 112, PixelScale.Unit, 2e-4, [0.6, 0.4, 0.25, 0.15]));

    public static void SqueezeNet(BenchTable table) => Run(
        table,
        new Subject("SqueezeNet (the paper's author's, pruned and shared already)", "squeezenet-dc/squeezenet1.0-han-dc.onnx", 227, 131, PixelScale.Caffe, 5e-5, [0.3, 0.25, 0.2, 0.15]));

    private static void Run(BenchTable table, Subject subject)
    {
        if (Photographs.TryLoad() is not { } photographs)
        {
            Console.WriteLine("distillation: left out, there are no photographs on this machine (Debian's mate-backgrounds, ukui-wallpapers and libjpeg-turbo-progs)");
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
        (double Density, bool Trains)[] jobs = [.. subject.Densities.SelectMany(density => new[] { (density, true), (density, false) })];
        (double Ratio, double Agreement)[] points = Figures.Map(jobs, job => Measure(job.Trains ? Train(original, training, job.Density, subject) : Untrained(original, job.Density)));

        (double, double)[] Line(bool trains) => [lossless, .. points.Where((_, i) => jobs[i].Trains == trains)];
        string stem = $"distillation-{subject.Name.Split(' ')[0].ToLowerInvariant()}";
        new LinePlot
        {
            Title = $"{subject.Name.Split(" (")[0]}: agreement with the original against ratio",
            XLabel = "dense file by packed file",
            YLabel = "same largest class on unseen photographs, %",
            LogarithmicX = true,
            MinimumY = 0,
            MaximumY = 100,
            Series = [new PlotSeries($"pruned, shared with {Bits} bits, distilled on photographs", Line(true)), new PlotSeries("the same, not trained", Line(false), Dashed: true)],
        }.Save($"artifacts/bench/lenet/{stem}");

        table.Add(new BenchRow($"distillation, {subject.Name}, lossless: agreement with the original", lossless.Agreement, "%", Note: Invariant($"{lossless.Ratio:F1}x")));
        for (int i = 0; i < jobs.Length; i += 2)
        {
            string how = Invariant($"{Crops} crops of {seen.Length} photographs, {TestCrops} of {unseen.Length} others; seed {Seed}; peer: not trained, {points[i + 1].Ratio:F1}x; artifacts/bench/lenet/{stem}.svg");
            table.Add(new BenchRow(Invariant($"distillation, {subject.Name}, {100 * jobs[i].Density:F0} % left: agreement with the original at {points[i].Ratio:F1}x"), points[i].Agreement, "%", points[i + 1].Agreement, Note: how));
        }
    }

    private static CompressionResult Train(OnnxModel original, PhotographCrops data, double density, Subject subject)
    {
        ModelProto small = DeepCompressionTraining.Run(
            original.Proto,
            data,
            new PruneOptions { Sparsity = 1 - density, Epochs = 3, Interval = 8, Feedback = false },
            new ShareOptions { Bits = Bits, ReassignEpochs = 1, Epochs = 1 },
            Options(subject.TrainingSide, subject.Rate) with { Teacher = original.Proto, Progress = progress => Show(subject, density, progress) }).Model;
        return ModelCompressor.Compress(new OnnxModel(small), new CompressionOptions { Lossless = true });
    }

    private static void Show(Subject subject, double density, TrainingProgress progress)
    {
        if (progress.Step * progress.Epochs % progress.Steps == 0)
            Console.WriteLine(Invariant($"{subject.Name.Split(' ')[0]}, {100 * density:F0} % left, {progress.Stage} {progress.Epoch}: loss {progress.Loss:F3}, {100 * progress.Accuracy:F1} % agree on crops that are trained with"));
    }

    private static CompressionResult Untrained(OnnxModel original, double density) => ModelCompressor.Compress(
        original,
        new CompressionOptions { Default = new WeightOptions { Pruning = new PruningOptions { Sparsity = 1 - density }, WeightSharing = new SharingOptions { Bits = Bits } } });

    // Both networks end in a global pooling, so that smaller crops train them as well. Adam's steps are as wide for all weights: a trained
    // network with many inputs a unit bears small ones alone, and batches must normalize again.
    private static RunOptions Options(int side, double rate) => new()
    {
        BatchSize = Batch,
        Loss = Loss.Distillation(2),
        LearningRate = new WarmUp(WarmUpSteps, new CosineRate(rate)),
        MaxGradientNorm = 5,
        InputShapes = new Dictionary<string, long[]> { [Input] = [Batch, 3, side, side] },
        Seed = Seed,
        Threads = 1,
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Subject(string Name, string File, int TestSide, int TrainingSide, PixelScale Scale, double Rate, double[] Densities);
}
