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

    /// <summary>Biases are weights as well: nothing of the model is left out of the packed file's codes but what is too small to gain.</summary>
    public static CompressionOptions Packing { get; } = new() { Lossless = true, MinElements = 16 };

    public static RunOptions Options(int seed, double rate, int shift, float l2) => new()
    {
        BatchSize = BatchSize,
        LearningRate = new CosineRate(rate),
        L2 = l2,
        Seed = (ulong)seed,
        Threads = 1, // seeds run side by side
        Augmentation = shift > 0 ? new RandomShift("data", 28, 28, shift) : null,
    };

    public static ModelProto TrainDense(LenetRecipe recipe, IBatchSource training, int seed) =>
        DenseTraining.Train(recipe.Create(seed), training, recipe.DenseEpochs, Options(seed, recipe.DenseRate, recipe.Shift, 1e-5f)).Model;

    public static LenetResult Run(LenetRecipe recipe, IBatchSource training, IBatchSource test, int seed)
    {
        long start = Stopwatch.GetTimestamp();
        ModelProto dense = TrainDense(recipe, training, seed);
        RunOptions options = Options(seed, recipe.Rate, recipe.Shift, recipe.L2);
        ModelProto pruned = PrunedTraining.Run(dense, training, recipe.Prune, options).Model;
        ModelProto shared = SharedTraining.Run(pruned, training, recipe.Share, options).Model;
        CompressionResult compressed = ModelCompressor.Compress(new OnnxModel(shared), Packing);

        // The error is that of the packed file, read back.
        byte[] file = compressed.Model.ToBytes();
        ModelProto unpacked = ModelUnpacker.Unpack(OnnxModel.FromBytes(file)).Proto;
        return new LenetResult(seed, dense, compressed, Error(dense, test), Error(pruned, test), Error(unpacked, test), dense.CalculateSize(), file.Length, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Wrong answers by all answers, in percent.</summary>
    public static double Error(ModelProto model, IBatchSource test)
    {
        EvaluationResult result = ModelEvaluation.Run(model, test, new RunOptions { BatchSize = 200, Threads = 1 });
        return 100.0 * (result.Count - result.Correct!.Value) / result.Count;
    }

    /// <summary>Runs a job for each seed side by side, as many at a time as there are processor cores.</summary>
    public static T[] ForSeeds<T>(IReadOnlyList<int> seeds, Func<int, T> job)
    {
        T[] results = new T[seeds.Count];
        Parallel.For(0, seeds.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => results[i] = job(seeds[i]));
        return results;
    }
}
