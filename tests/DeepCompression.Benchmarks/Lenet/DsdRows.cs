using System.Globalization;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training;
using DeepCompression.Training.Data;
using DeepCompression.Training.Models;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// DSD training against dense training of the same total length (Han et al. 2017), sparsity 30, 50 and 70 %. Networks see so little data for
/// so long that dense training begins to learn it by heart: DSD is a regularization, and there is nothing to gain from it before.
/// </summary>
/// <remarks>
/// Half of the epochs are dense, a quarter sparse, a quarter dense again. Two dense trainings stand beside it: one with its learning rate
/// falling once over all epochs, and one in the same three parts as DSD with nothing pruned, which shows what the mask does and what the
/// learning rate, that starts again with each part. What the last part's rate is scaled by was chosen on held out samples.
/// </remarks>
internal static class DsdRows
{
    private const int Length = 50; // characters a sample
    private const int TrainingCharacters = 100_000;
    private const int TestCharacters = 50_000;
    private const int LeNetSamples = 20_000;
    private const int ResNetSamples = 6400;

    private static readonly double[] _sparsities = [0, 0.3, 0.5, 0.7]; // 0 for the dense training in three parts

    public static void LeNet5(BenchTable table, IReadOnlyList<int> seeds, bool validates)
    {
        (IBatchSource training, IBatchSource test) = Fashion(validates);
        Recipe recipe = new("LeNet-5, 20,000 samples of Fashion-MNIST, error", "%", Networks.LeNet5, 2e-3, 16, 0.1, Error);
        Compare(table, recipe, seeds, Take(training, LeNetSamples), test);
    }

    public static void ResNet(BenchTable table, IReadOnlyList<int> seeds, bool validates)
    {
        (IBatchSource training, IBatchSource test) = Fashion(validates);
        Recipe recipe = new("ResNet-8, 6,400 samples of Fashion-MNIST, error", "%", seed => Networks.SmallResNet(seed: seed), 4e-3, 12, 1, Error);
        Compare(table, recipe, seeds, Take(training, ResNetSamples), test);
    }

    public static void CharacterLstm(BenchTable table, IReadOnlyList<int> seeds, bool validates)
    {
        if (BenchFiles.Data("char-rnn/tinyshakespeare.txt") is not { } path)
        {
            Console.WriteLine("DSD, character LSTM: left out, tinyshakespeare.txt is not on this machine (DEEPCOMPRESSION_DATA)");
            return;
        }

        (long[] codes, string alphabet) = TextSource.Encode(File.ReadAllText(path));
        int split = codes.Length / 10 * (validates ? 8 : 9);
        TextSource training = new(codes[..TrainingCharacters], Length, "ids"), test = new(codes[split..(split + TestCharacters)], Length, "ids");
        Recipe recipe = new("two-layer character LSTM, 100,000 characters of tinyshakespeare", "bits a character", seed => Networks.CharacterLstm(alphabet.Length, Length, 128, seed), 4e-3, 40, 0.3, Bits);
        Compare(table, recipe, seeds, training, test);
    }

    private static (IBatchSource Training, IBatchSource Test) Fashion(bool validates)
    {
        LenetData data = LenetData.FashionMnist();
        return validates ? data.HoldOut(1) : (data.Whole, data.Test);
    }

    private static void Compare(BenchTable table, Recipe recipe, IReadOnlyList<int> seeds, IBatchSource training, IBatchSource test)
    {
        RunOptions Options(int seed) => new() { BatchSize = 64, LearningRate = new CosineRate(recipe.Rate), Seed = (ulong)seed, Threads = 1, MaxGradientNorm = 5 };
        double Measure(ModelProto model) => recipe.Figure(ModelEvaluation.Run(model, test, new RunOptions { BatchSize = 100, Threads = 1 }));
        string description = Invariant($"DSD, {recipe.Name}: {recipe.Epochs} epochs at {recipe.Rate}, the last part at {recipe.FinalRateScale} of it, {training.Count} samples, {test.Count} to measure");
        Dictionary<int, StageFolder> folders = seeds.ToDictionary(seed => seed, seed => new StageFolder(description, seed));
        int part = recipe.Epochs / 4;

        // All trainings start with the same dense part, so that it is run once a seed.
        (int Seed, int Epochs)[] denseJobs = [.. seeds.Select(seed => (seed, recipe.Epochs)), .. seeds.Select(seed => (seed, 2 * part))];
        ModelProto[] dense = Jobs.Map(denseJobs, job => folders[job.Seed].Get(
            Invariant($"dense-{job.Epochs}"),
            path => DenseTraining.Train(recipe.Create(job.Seed), training, job.Epochs, Options(job.Seed) with { CheckpointPath = path }).Model));
        SeedSpread once = new([.. dense.Take(seeds.Count).Select(Measure)]);

        (int Seed, double Sparsity)[] jobs = [.. _sparsities.SelectMany(sparsity => Enumerable.Range(0, seeds.Count).Select(seed => (seed, sparsity)))];
        ModelProto Train(int seed, double sparsity, string checkpoint) => DenseSparseDense.Run(
            dense[seeds.Count + seed],
            training,
            new DenseSparseDenseOptions { DenseEpochs = 0, SparseEpochs = part, FinalEpochs = part, Sparsity = sparsity, FinalRateScale = recipe.FinalRateScale },
            Options(seeds[seed]) with { CheckpointPath = checkpoint }).Model;
        double[] results = Jobs.Map(jobs, job => Measure(folders[seeds[job.Seed]].Get(Invariant($"sparse-{job.Sparsity}"), path => Train(job.Seed, job.Sparsity, path))));
        SeedSpread Of(double sparsity) => new([.. results.Where((_, i) => jobs[i].Sparsity == sparsity)]);

        foreach (double sparsity in _sparsities.Skip(1))
        {
            table.Add(new BenchRow(
                Invariant($"DSD, {recipe.Name}, sparsity {100 * sparsity:F0} %"),
                Of(sparsity).Mean,
                recipe.Unit,
                once.Mean,
                Note: Invariant($"peer: dense training of the same {recipe.Epochs} epochs; seeds {string.Join(' ', seeds)}: {Of(sparsity).ToText(3)}, against {once.ToText(3)}; in DSD's three parts without pruning {Of(0).Mean:F3}: {Of(0).ToText(3)}")));
        }

        foreach (StageFolder folder in folders.Values)
            folder.Delete(); // else the next measurement would find everything done
    }

    private static double Error(EvaluationResult result) => 100.0 * (result.Count - result.Correct!.Value) / result.Count;

    private static double Bits(EvaluationResult result) => result.Loss / Math.Log(2);

    private static SubsetSource Take(IBatchSource source, int count) => new(source, Enumerable.Range(0, count));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Recipe(string Name, string Unit, Func<int, ModelProto> Create, double Rate, int Epochs, double FinalRateScale, Func<EvaluationResult, double> Figure);
}
