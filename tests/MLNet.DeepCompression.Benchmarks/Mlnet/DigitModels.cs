using DeepCompression.Benchmarks.Harness;
using DeepCompression.Benchmarks.Lenet;
using DeepCompression.Onnx;
using DeepCompression.Training.Data;
using DeepCompression.Training.Models;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>
/// The trained LeNets of <c>samples/TrainedLeNet</c>, and what the pipeline makes of them when it is fitted to MNIST. That is kept in
/// <c>artifacts/bench/mlnet</c>, so only the first run trains.
/// </summary>
internal sealed class DigitModels
{
    private const int Batch = 128;

    // Where LeNet-5 spends its time are the convolutions: pruned as far as Han et al. 2016, table 3, prunes them.
    private static readonly Dictionary<string, double> _layers = new() { ["conv1.weight"] = 0.4, ["conv2.weight"] = 0.88, ["fc1.weight"] = 0.95, ["fc2.weight"] = 0.75 };

    private readonly Lazy<LenetData> _data = new(LenetData.Mnist);

    /// <summary>The path of the dense LeNet-5.</summary>
    public static string LeNet5 { get; } = Asset("lenet-5.onnx");

    /// <summary>The path of the dense LeNet-300-100, a multi-layer perceptron.</summary>
    public static string Perceptron { get; } = Asset("lenet-300-100.onnx");

    /// <summary>MNIST.</summary>
    public LenetData Data => _data.Value;

    /// <summary>The 10,000 images of the test set.</summary>
    public DigitRow[] Test => field ??= Read(Data.Test);

    /// <summary>The path of LeNet-5 as the pipeline compresses it.</summary>
    public string CompressedLeNet5 => Kept(LeNet5);

    /// <summary>The path of LeNet-5 compressed for speed, with a sparsity of its own for each layer.</summary>
    public string FastLeNet5 => Kept(LeNet5, "fast", _layers);

    /// <summary>The path of LeNet-300-100 as the pipeline compresses it.</summary>
    public string CompressedPerceptron => Kept(Perceptron);

    /// <summary>
    /// A pipeline that is fitted to digits. Sparsity, bits and epochs are gentler than those that <c>bench lenet</c> found on samples held
    /// out of the training set; <c>bench mlnet validation</c> measures them on these samples.
    /// </summary>
    public static CompressedOnnxTransformer Compress(string dense, IBatchSource training, IReadOnlyDictionary<string, double>? layers = null)
    {
        MLContext ml = new(seed: 1);
        return ml.DeepCompression().CompressOnnxModel(dense, ["logits"], ["data"], o => o with
        {
            Pruning = new() { Sparsity = 0.95 },
            WeightSharing = new() { Bits = 4 },
            FineTuning = new()
            {
                Epochs = layers is null ? 8 : 10,
                BatchSize = Batch,
                LearningRate = 1.5e-3,
                Run = run => run with { L2 = 2e-5f, Augmentation = new RandomShift("data", 28, 28, 1) },
                Prune = prune => prune with { SparsityByWeight = layers },
                Share = share => share with { ReassignEpochs = 1, Epochs = 2 },
            },
        }).Fit(ml.Data.LoadFromEnumerable(Read(training)));
    }

    /// <summary>The dense LeNet-5 as it was trained, but without the samples that are held out.</summary>
    public string TrainDenseLeNet5()
    {
        string path = BenchFiles.Scratch("mlnet/lenet-5.validation.onnx");
        if (File.Exists(path))
            return path;
        Console.WriteLine("training LeNet-5 ...");
        RunOptions options = new() { BatchSize = Batch, LearningRate = new CosineRate(2e-3), L2 = 1e-5f, Augmentation = new RandomShift("data", 28, 28, 1) };
        new OnnxModel(DenseTraining.Train(Networks.LeNet5(), Data.HoldOut(1).Training, 4, options).Model).Save(path);
        return path;
    }

    /// <summary>The test set as a data view.</summary>
    public IDataView View(MLContext ml) => View(ml, Test);

    /// <summary>Digits as a data view, their labels with key values.</summary>
    public static IDataView View(MLContext ml, DigitRow[] digits)
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(DigitRow));
        definition[nameof(DigitRow.Label)].AddAnnotation(
            "KeyValues", new VBuffer<float>(10, [.. Enumerable.Range(0, 10).Select(i => (float)i)]), new VectorDataViewType(NumberDataViewType.Single, 10));
        return ml.Data.LoadFromEnumerable(digits, definition);
    }

    /// <summary>All samples of a source as rows.</summary>
    public static DigitRow[] Read(IBatchSource source)
    {
        Batch batch = new(source.Fields, source.Count);
        source.Read([.. Enumerable.Range(0, source.Count)], batch);
        float[] pixels = batch.GetFloats(batch.IndexOf("data"));
        long[] labels = batch.GetIntegers(batch.IndexOf(BatchField.DefaultLabel));
        return [.. labels.Select((label, i) => new DigitRow { Pixels = pixels[(i * 784)..((i + 1) * 784)], Label = (uint)label })];
    }

    private static string Asset(string name) => Path.Combine(BenchFiles.Root, "samples", "TrainedLeNet", "Assets", name);

    private string Kept(string dense, string kind = "packed", IReadOnlyDictionary<string, double>? layers = null)
    {
        string path = BenchFiles.Scratch($"mlnet/{Path.GetFileNameWithoutExtension(dense)}.{kind}.onnx");
        if (File.Exists(path))
            return path;
        Console.WriteLine($"compressing {Path.GetFileName(dense)} in a pipeline ...");
        using CompressedOnnxTransformer model = Compress(dense, Data.Whole, layers);
        model.Model.Save(path);
        return path;
    }
}
