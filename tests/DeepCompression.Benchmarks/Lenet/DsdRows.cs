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
/// DSD training against dense training of the same total length (Han et al. 2017), sparsity 30, 50 and 70 %. Training is much shorter than in
/// the article, and the residual network and the LSTM see a part of their data, so that two cores do it within minutes.
/// </summary>
internal static class DsdRows
{
    private const int Length = 50; // characters a sample
    private const int TrainingCharacters = 200_000;
    private const int TestCharacters = 50_000;

    private static readonly double[] _sparsities = [0.3, 0.5, 0.7];

    public static void LeNet5(BenchTable table, IReadOnlyList<int> seeds)
    {
        LenetData fashion = LenetData.FashionMnist();
        Compare(table, "DSD, LeNet-5, Fashion-MNIST, test error", "%", seeds, Networks.LeNet5, fashion.Whole, fashion.Test, 2e-3, 4, Error);
    }

    public static void ResNet(BenchTable table, IReadOnlyList<int> seeds)
    {
        LenetData fashion = LenetData.FashionMnist();
        Compare(table, "DSD, ResNet-8, 6,400 samples of Fashion-MNIST, test error", "%", seeds, seed => Networks.SmallResNet(seed: seed), Take(fashion.Whole, 6400), Take(fashion.Test, 5000), 4e-3, 4, Error);
    }

    public static void CharacterLstm(BenchTable table, IReadOnlyList<int> seeds)
    {
        if (BenchFiles.Data("char-rnn/tinyshakespeare.txt") is not { } path)
        {
            Console.WriteLine("DSD, character LSTM: left out, tinyshakespeare.txt is not on this machine (DEEPCOMPRESSION_DATA)");
            return;
        }

        (long[] codes, string alphabet) = TextSource.Encode(File.ReadAllText(path));
        int split = codes.Length * 9 / 10;
        TextSource training = new(codes[..TrainingCharacters], Length, "ids"), test = new(codes[split..(split + TestCharacters)], Length, "ids");
        Compare(table, "DSD, two-layer character LSTM, 200,000 characters of tinyshakespeare", "bits a character", seeds, seed => Networks.CharacterLstm(alphabet.Length, Length, 128, seed), training, test, 4e-3, 4, Bits);
    }

    // Half of the epochs dense, a quarter sparse, a quarter dense again; beside it the same number of epochs, all dense.
    private static void Compare(BenchTable table, string name, string unit, IReadOnlyList<int> seeds, Func<int, ModelProto> create, IBatchSource training, IBatchSource test, double rate, int epochs, Func<EvaluationResult, double> figure)
    {
        (int Seed, double? Sparsity)[] jobs = [.. seeds.SelectMany(seed => _sparsities.Select(s => (seed, (double?)s)).Prepend((seed, null)))];
        double[] results = new double[jobs.Length];
        Parallel.For(0, jobs.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            RunOptions options = new() { BatchSize = 64, LearningRate = new CosineRate(rate), Seed = (ulong)jobs[i].Seed, Threads = 1, MaxGradientNorm = 5 };
            ModelProto model = jobs[i].Sparsity is double sparsity
                ? DenseSparseDense.Run(create(jobs[i].Seed), training, new DenseSparseDenseOptions { DenseEpochs = epochs / 2, SparseEpochs = epochs / 4, FinalEpochs = epochs / 4, Sparsity = sparsity }, options).Model
                : DenseTraining.Train(create(jobs[i].Seed), training, epochs, options).Model;
            results[i] = figure(ModelEvaluation.Run(model, test, new RunOptions { BatchSize = 100, Threads = 1 }));
        });

        double[] dense = [.. results.Where((_, i) => jobs[i].Sparsity is null)];
        foreach (double sparsity in _sparsities)
        {
            double[] ours = [.. results.Where((_, i) => jobs[i].Sparsity == sparsity)];
            table.Add(new BenchRow(
                string.Create(CultureInfo.InvariantCulture, $"{name}, sparsity {100 * sparsity:F0} %"),
                ours.Average(),
                unit,
                dense.Average(),
                Note: string.Create(CultureInfo.InvariantCulture, $"peer: dense training of the same {epochs} epochs; seeds {string.Join(' ', seeds)}: {List(ours)} against {List(dense)}")));
        }
    }

    private static string List(double[] values) => string.Join(", ", values.Select(v => v.ToString("F3", CultureInfo.InvariantCulture)));

    private static double Error(EvaluationResult result) => 100.0 * (result.Count - result.Correct!.Value) / result.Count;

    private static double Bits(EvaluationResult result) => result.Loss / Math.Log(2);

    private static SubsetSource Take(IBatchSource source, int count) => new(source, Enumerable.Range(0, count));
}
