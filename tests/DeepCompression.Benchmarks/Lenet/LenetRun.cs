using System.Diagnostics;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training;
using DeepCompression.Training.Data;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>Trains, compresses and measures a network by its recipe.</summary>
internal static class LenetRun
{
    public const int BatchSize = 128;
    private const float DenseL2 = 1e-5f;

    /// <summary>Biases are weights as well: nothing of the model is left out of the packed file's codes but what is too small to gain.</summary>
    public static CompressionOptions Packing { get; } = new() { Lossless = true, MinElements = 16 };

    /// <summary>How the dense network is trained.</summary>
    public static RunOptions DenseOptions(LenetRecipe recipe, int seed) => Options(seed, recipe.DenseRate, recipe.DenseAugmentation, DenseL2);

    /// <summary>How it is pruned and shared.</summary>
    public static RunOptions SmallOptions(LenetRecipe recipe, ModelProto dense, int seed)
    {
        RunOptions options = Options(seed, recipe.Rate, recipe.Augmentation, recipe.L2);
        return recipe.Temperature is float temperature ? options with { Loss = Loss.Distillation(temperature), Teacher = dense } : options;
    }

    public static ModelProto TrainDense(LenetRecipe recipe, IBatchSource training, int seed) =>
        DenseTraining.Train(recipe.Create(seed), training, recipe.DenseEpochs, DenseOptions(recipe, seed)).Model;

    public static LenetResult Run(LenetRecipe recipe, IBatchSource training, IBatchSource test, int seed, StageFolder work)
    {
        ModelProto dense = work.Get("dense", path => DenseTraining.Train(recipe.Create(seed), training, recipe.DenseEpochs, DenseOptions(recipe, seed) with { CheckpointPath = path }).Model);
        RunOptions options = SmallOptions(recipe, dense, seed);
        ModelProto pruned = work.Get("pruned", path => PrunedTraining.Run(dense, training, recipe.Prune, options with { CheckpointPath = path }).Model);
        ModelProto shared = work.Get("shared", path => SharedTraining.Run(pruned, training, recipe.Share, options with { CheckpointPath = path }).Model);
        long start = Stopwatch.GetTimestamp();
        CompressionResult compressed = ModelCompressor.Compress(new OnnxModel(shared), Packing);

        // The error is that of the packed file, read back.
        byte[] file = compressed.Model.ToBytes();
        ModelProto unpacked = ModelUnpacker.Unpack(OnnxModel.FromBytes(file)).Proto;
        LenetResult result = new(seed, dense, compressed, Error(dense, test), Error(pruned, test), Error(unpacked, test), dense.CalculateSize(), file.Length, 0);
        return result with { Seconds = work.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    /// <summary>Wrong answers by all answers, in percent.</summary>
    public static double Error(ModelProto model, IBatchSource test)
    {
        EvaluationResult result = ModelEvaluation.Run(model, test, new RunOptions { BatchSize = 200, Threads = 1 });
        return 100.0 * (result.Count - result.Correct!.Value) / result.Count;
    }

    /// <summary>Runs a job for each seed, all side by side on one thread each: small networks gain little from a second thread.</summary>
    public static T[] ForSeeds<T>(IReadOnlyList<int> seeds, Func<int, T> job) =>
        Task.WhenAll(seeds.Select(seed => Task.Factory.StartNew(() => job(seed), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))).Result;

    private static RunOptions Options(int seed, double rate, IAugmentation augmentation, float l2) => new()
    {
        BatchSize = BatchSize,
        LearningRate = new CosineRate(rate),
        L2 = l2,
        Seed = (ulong)seed,
        Threads = 1,
        Augmentation = augmentation,
    };
}
