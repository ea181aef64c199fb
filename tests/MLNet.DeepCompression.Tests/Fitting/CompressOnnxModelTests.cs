using System.Globalization;
using System.Xml.Linq;
using DeepCompression;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.DeepCompression.Tests.Scoring;

namespace MLNet.DeepCompression.Tests.Fitting;

public sealed class CompressOnnxModelTests : IDisposable
{
    private const int Features = 16;
    private const int Hidden = 48;

    private static readonly string[] _names = ["ant", "bee", "cat"];

    private readonly SmallModels _models = new();
    private readonly MLContext _ml = new(seed: 1);

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Fit_WithFineTuning_EvaluatesWellAndHasTheSparsityAndBitsAskedFor()
    {
        IDataView data = Animals(600, seed: 1);
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label", "Animal")
            .Append(_ml.DeepCompression().CompressOnnxModel(Untrained(), ["Scores"], ["Pixels"], o => o with
            {
                Pruning = new() { Sparsity = 0.8 },
                WeightSharing = new() { Bits = 3 },
                Packing = EntropyCoder.Huffman,
                FineTuning = new() { Epochs = 10, LearningRate = 1e-2, BatchSize = 32 },
            }))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Guess", "PredictedLabel"));
        ITransformer model = pipeline.Fit(data);
        IDataView test = model.Transform(Animals(300, seed: 2));

        MulticlassClassificationMetrics metrics = _ml.MulticlassClassification.Evaluate(test, "Label", "Scores");
        Assert.True(metrics.MicroAccuracy > 0.9, $"accuracy {metrics.MicroAccuracy}");
        string[] guesses = [.. test.GetColumn<string>("Guess")];
        string[] animals = [.. test.GetColumn<string>("Animal")];
        Assert.Equal(metrics.MicroAccuracy, animals.Zip(guesses).Count(pair => pair.First == pair.Second) / 300.0, 9);

        CompressedOnnxTransformer compressed = ((IEnumerable<ITransformer>)model).OfType<CompressedOnnxTransformer>().Single();
        WeightReport[] packed = [.. compressed.Report.Model.Weights.Where(weight => weight.Form == "PackedWeight")];
        Assert.NotEmpty(packed);
        Assert.All(packed, weight => Assert.InRange(weight.CodebookSize, 1, 8));
        WeightReport[] matrices = [.. compressed.Report.Model.Weights.Where(weight => weight.Shape.Rank == 2)];
        Assert.InRange(matrices.Sum(weight => weight.NonZeros) / (double)matrices.Sum(weight => weight.Shape.Length), 0.195, 0.205);
        Assert.True(compressed.Report.Ratio > 1.5, compressed.Report.ToString());
    }

    [Fact]
    public void Save_WithPredictedLabel_LoadedByPlainMLNet_PredictsTheSame()
    {
        IDataView data = Animals(300, seed: 1);
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label", "Animal")
            .Append(_ml.DeepCompression().CompressOnnxModel(Untrained(), ["Score"], ["Pixels"], o => o with { WeightSharing = new() { Bits = 4 }, FineTuning = new() { Epochs = 2 } }))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Guess", "PredictedLabel"));
        ITransformer model = pipeline.Fit(data);
        using MemoryStream zip = new();
        _ml.Model.Save(model, data.Schema, zip);
        ITransformer loaded = new MLContext().Model.Load(zip, out _);

        IDataView ours = model.Transform(data);
        IDataView theirs = loaded.Transform(data);
        Assert.Equal(ours.GetColumn<string>("Guess"), theirs.GetColumn<string>("Guess"));
        Assert.All(ours.GetColumn<float[]>("Score").Zip(theirs.GetColumn<float[]>("Score")), pair => Assert.All(pair.First.Zip(pair.Second), v => Assert.Equal(v.First, v.Second, 1e-4f)));
        Assert.DoesNotContain(theirs.Schema, column => column.Name.StartsWith("__", StringComparison.Ordinal) && !column.IsHidden);
    }

    [Fact]
    public void Fit_WithoutStages_ChangesNoWeight()
    {
        IDataView data = Animals(20, seed: 1);
        string file = Untrained();
        using CompressedOnnxTransformer ours = _ml.DeepCompression().HuffmanPack(file, ["Scores"], ["Pixels"]).Fit(data);
        using CompressedOnnxTransformer plain = _ml.DeepCompression().ApplyCompressedOnnxModel(file, ["Scores"], ["Pixels"]).Fit(data);
        Assert.Equal(plain.Transform(data).GetColumn<float[]>("Scores"), ours.Transform(data).GetColumn<float[]>("Scores"));
    }

    [Fact]
    public void Prune_ChainedWithShareWeightsAndHuffmanPack_IsOneModel()
    {
        IDataView data = Animals(20, seed: 1);
        CompressOnnxEstimator estimator = _ml.DeepCompression().Prune(Untrained(), ["Scores"], ["Pixels"], o => o with { Sparsity = 0.75 })
            .ShareWeights(o => o with { Bits = 2 }).HuffmanPack();
        using CompressedOnnxTransformer model = estimator.Fit(data);
        WeightReport hidden = model.Report.Model.Weights.Single(weight => weight.Path == "w1");
        Assert.Equal(Features * Hidden / 4, hidden.NonZeros);
        Assert.Equal(4, hidden.CodebookSize);
        Assert.Equal(20, model.Transform(data).GetColumn<float[]>("Scores").Count());
    }

    [Theory]
    [InlineData("Nothing", "Could not find label column 'Nothing'")]
    [InlineData("Animal", "a label is a key, a number or a vector of Single; found String")]
    [InlineData("Pixels", "takes a vector of 3 Single as targets")]
    public void Fit_LabelColumnDoesNotFit_NamesColumnAndFound(string label, string message)
    {
        CompressOnnxEstimator estimator = _ml.DeepCompression().CompressOnnxModel(Untrained(), ["Scores"], ["Pixels"], o => o with { FineTuning = new() { LabelColumnName = label } });
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(Animals(10, seed: 1)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_LabelIsNoClass_NamesTheRow()
    {
        IDataView data = _ml.Data.LoadFromEnumerable([new Animal { Pixels = new float[Features], Number = 7 }]);
        CompressOnnxEstimator estimator = _ml.DeepCompression().CompressOnnxModel(Untrained(), ["Scores"], ["Pixels"], o => o with { FineTuning = new() { LabelColumnName = "Number" } });
        var e = Assert.Throws<InvalidOperationException>(() => estimator.Fit(data));
        Assert.Contains("Label column 'Number', row 0: 7 is none of the 3 classes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_OfReport_HasARowForEachWeight()
    {
        using CompressedOnnxTransformer model = _ml.DeepCompression().ShareWeights(Untrained(), ["Scores"], ["Pixels"]).Fit(Animals(5, seed: 1));
        string html = model.Report.ToHtml();
        Assert.Equal(model.Report.Model.Weights.Count, html.Split("<tr><td>").Length - 1);
        Assert.Contains("<td>w1</td><td>16 x 48</td>", html, StringComparison.Ordinal);
        Assert.Equal("div", XDocument.Parse(html).Root!.Name);
    }

    [Fact]
    public void ToSvg_OfReport_IsADocumentWithTheNamesSizesAndBarsOfAllWeights()
    {
        using CompressedOnnxTransformer model = _ml.DeepCompression().Prune(Untrained(), ["Scores"], ["Pixels"]).Fit(Animals(5, seed: 1));
        XElement svg = XDocument.Parse(model.Report.ToSvg()).Root!;
        string[] texts = [.. svg.Descendants(svg.Name.Namespace + "text").Select(text => text.Value)];
        Assert.All(model.Report.Model.Weights, weight => Assert.Contains(weight.Path, texts));
        Assert.All(model.Report.Model.Weights, weight => Assert.Contains(weight.FileBytes.ToString("#,0", CultureInfo.InvariantCulture), texts));
        double height = double.Parse(svg.Attribute("height")!.Value, CultureInfo.InvariantCulture);
        Assert.All(svg.Descendants(svg.Name.Namespace + "text"), text => Assert.InRange(double.Parse(text.Attribute("y")!.Value, CultureInfo.InvariantCulture), 1, height));
    }

    // x -> Gemm -> Relu -> Gemm -> scores, seeded.
    private string Untrained()
    {
        Random random = new(11);
        GraphProto graph = new() { Name = "animals" };
        graph.Input.Add(SmallModels.Value("x", TensorProto.Types.DataType.Float, null, Features));
        graph.Output.Add(SmallModels.Value("y", TensorProto.Types.DataType.Float, null, 3));
        graph.Initializer.Add(Tensor("w1", random, Features, Hidden));
        graph.Initializer.Add(Tensor("b1", random, Hidden));
        graph.Initializer.Add(Tensor("w2", random, Hidden, 3));
        graph.Initializer.Add(Tensor("b2", random, 3));
        graph.Node.Add(SmallModels.Node("Gemm", ["x", "w1", "b1"], "h"));
        graph.Node.Add(SmallModels.Node("Relu", ["h"], "r"));
        graph.Node.Add(SmallModels.Node("Gemm", ["r", "w2", "b2"], "y"));
        return _models.Save(graph, $"animals-{Guid.NewGuid():N}.onnx");
    }

    private static TensorProto Tensor(string name, Random random, params long[] dims)
    {
        TensorProto tensor = new() { Name = name, DataType = 1, Dims = { dims } };
        float scale = dims.Length > 1 ? 1 / MathF.Sqrt(dims[0]) : 0;
        for (long i = 0; i < dims.Aggregate(1L, (a, b) => a * b); i++)
            tensor.FloatData.Add(((2 * random.NextSingle()) - 1) * scale);
        return tensor;
    }

    // Three overlapping clouds, so that accuracy can neither be perfect nor come by chance.
    private IDataView Animals(int count, int seed)
    {
        Random random = new(seed);
        return _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Animal
        {
            Animal_ = _names[i % 3],
            Number = i % 3,
            Pixels = [.. Enumerable.Range(0, Features).Select(f => (f % 3 == i % 3 ? 1f : 0f) + ((random.NextSingle() - 0.5f) * 3))],
        }).ToArray());
    }

    private sealed class Animal
    {
        [ColumnName("Animal")]
        public string Animal_ { get; set; } = "";

        public float Number { get; set; }

        [VectorType(Features)]
        public float[] Pixels { get; set; } = [];
    }
}
