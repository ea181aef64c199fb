using DeepCompression.Benchmarks.Harness;
using DeepCompression.Benchmarks.Lenet;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;
using DeepCompression.Training.Models;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>
/// LeNet-5 and LeNet-300-100, trained on MNIST and then compressed by the pipeline itself. Both are kept in
/// <c>artifacts/bench/mlnet</c>, so only the first run trains.
/// </summary>
internal sealed class DigitModels
{
    private const int DenseEpochs = 5;
    private const int Batch = 128;

    private readonly Lazy<LenetData> _data = new(LenetData.Mnist);

    /// <summary>The 10,000 images of the test set.</summary>
    public DigitRow[] Test => field ??= Read(_data.Value.Test);

    /// <summary>The path of the dense LeNet-5.</summary>
    public string LeNet5 => Dense("lenet5", Networks.LeNet5);

    /// <summary>The path of the dense LeNet-300-100, a multi-layer perceptron.</summary>
    public string Perceptron => Dense("lenet-300-100", Networks.LeNet300100);

    /// <summary>The path of a model compressed by a pipeline that was fitted to the training set.</summary>
    public string Compressed(string dense, double sparsity, int bits, int epochs)
    {
        string path = Path.ChangeExtension(dense, ".packed.onnx");
        if (File.Exists(path))
            return path;
        MLContext ml = new(seed: 1);
        Console.WriteLine($"compressing {Path.GetFileName(dense)} in a pipeline ...");
        using CompressedOnnxTransformer model = ml.DeepCompression().CompressOnnxModel(dense, ["logits"], ["data"], o => o with
        {
            Pruning = new() { Sparsity = sparsity },
            WeightSharing = new() { Bits = bits },
            FineTuning = new() { Epochs = epochs, BatchSize = Batch },
        }).Fit(ml.Data.LoadFromEnumerable(Read(_data.Value.Whole)));
        model.Model.Save(path);
        return path;
    }

    /// <summary>The test set as a data view.</summary>
    public IDataView View(MLContext ml)
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(DigitRow));
        definition[nameof(DigitRow.Label)].AddAnnotation(
            "KeyValues", new VBuffer<float>(10, [.. Enumerable.Range(0, 10).Select(i => (float)i)]), new VectorDataViewType(NumberDataViewType.Single, 10));
        return ml.Data.LoadFromEnumerable(Test, definition);
    }

    private string Dense(string name, Func<int, ModelProto> create)
    {
        string path = BenchFiles.Scratch($"mlnet/{name}.onnx");
        if (File.Exists(path))
            return path;
        Console.WriteLine($"training {name} on MNIST ...");
        RunOptions options = new() { BatchSize = Batch, LearningRate = new CosineRate(2e-3), L2 = 1e-5f };
        new OnnxModel(DenseTraining.Train(create(1), _data.Value.Whole, DenseEpochs, options).Model).Save(path);
        return path;
    }

    private static DigitRow[] Read(IBatchSource source)
    {
        Batch batch = new(source.Fields, source.Count);
        source.Read([.. Enumerable.Range(0, source.Count)], batch);
        float[] pixels = batch.GetFloats(batch.IndexOf("data"));
        long[] labels = batch.GetIntegers(batch.IndexOf(BatchField.DefaultLabel));
        return [.. labels.Select((label, i) => new DigitRow { Pixels = pixels[(i * 784)..((i + 1) * 784)], Label = (uint)label })];
    }
}
