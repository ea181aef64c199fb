using DeepCompression;
using DeepCompression.Onnx;
using DeepCompression.Training.Models;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.DeepCompression.Tests.Scoring;

namespace MLNet.DeepCompression.Tests;

/// <summary>The pipeline that the README shows.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly SmallModels _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Pipeline_OfReadme_CompressesTrainsSavesAndPredicts()
    {
        string lenet5 = _models.Save(new OnnxModel(Networks.LeNet5()), "lenet5.onnx");
        string zip = _models.PathOf("model.zip");
        IDataView train = Digits.Load(new MLContext(), 800, seed: 1);

        // README begins
        var ml = new MLContext(seed: 1);
        var dc = ml.DeepCompression();

        var pipeline = ml.Transforms.NormalizeMinMax("Pixels")
            .Append(dc.CompressOnnxModel(lenet5, outputColumnNames: ["Scores"], inputColumnNames: ["Pixels"],
                o => o with
                {
                    Pruning = new() { Sparsity = 0.9 },
                    WeightSharing = new() { Bits = 4 },
                    Packing = EntropyCoder.Huffman,
                    FineTuning = new() { LabelColumnName = "Label", Epochs = 3 },
                }))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        ITransformer model = pipeline.Fit(train);
        ml.Model.Save(model, train.Schema, zip);
        // README ends

        IDataView test = Digits.Load(ml, 100, seed: 2);
        IDataView scored = model.Transform(test);
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(scored, "Label", "Scores");
        Assert.True(metrics.MicroAccuracy > 0.9, $"accuracy {metrics.MicroAccuracy}");

        // The zip needs neither this library nor the original file, and is smaller than the weights were by far.
        File.Delete(lenet5);
        Assert.InRange(new FileInfo(zip).Length, 1, 4 * 431_080 / 10);
        ITransformer loaded = new MLContext().Model.Load(zip, out _);
        Assert.Equal(scored.GetColumn<float>("PredictedLabel"), loaded.Transform(test).GetColumn<float>("PredictedLabel"));
    }

    [Fact]
    public void Readme_PipelineThatItShows_IsTheOneTested()
    {
        string[] source = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "MLNet.DeepCompression.Tests", "ReadmeTests.cs"));
        string[] shown = [.. source.SkipWhile(line => !line.EndsWith("// README begins", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.EndsWith("// README ends", StringComparison.Ordinal))
            .Select(line => line.Length < 8 ? line : line[8..])];
        string code = string.Join('\n', shown).Replace("(lenet5,", "(\"lenet5.onnx\",", StringComparison.Ordinal).Replace(", zip)", ", \"model.zip\")", StringComparison.Ordinal);
        Assert.Contains(code, File.ReadAllText(Path.Combine(Repository.Root, "README.md")), StringComparison.Ordinal);
    }
}
