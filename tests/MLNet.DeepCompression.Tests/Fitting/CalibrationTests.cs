using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.DeepCompression.Tests.Scoring;

namespace MLNet.DeepCompression.Tests.Fitting;

public sealed class CalibrationTests : IDisposable
{
    private const int Inputs = 64;
    private const int Outputs = 16;

    private readonly SmallModels _models = new();
    private readonly MLContext _ml = new(seed: 1);

    public void Dispose() => _models.Dispose();

    [Theory]
    [InlineData("MatMul", false)]
    [InlineData("Gemm", false)]
    [InlineData("Gemm", true)]
    [InlineData("Conv", true)]
    public void Fit_WithCalibration_PrunesByMagnitudeTimesInputNorm(string op, bool outputsFirst)
    {
        Random random = new(4);
        float[] weight = [.. Enumerable.Range(0, Inputs * Outputs).Select(_ => random.NextSingle() - 0.5f)];
        float[][] rows = [.. Enumerable.Range(0, 30).Select(_ => Enumerable.Range(0, Inputs).Select(i => (random.NextSingle() - 0.5f) * (i % 7)).ToArray())];
        IDataView data = _ml.Data.LoadFromEnumerable(rows.Select(row => new Row { X = row }).ToArray());
        using CompressedOnnxTransformer model = _ml.DeepCompression()
            .CompressOnnxModel(Model(op, outputsFirst, weight), configure: o => o with { Pruning = new() { Sparsity = 0.5 }, Calibration = new() { Rows = 20 } }).Fit(data);

        int InputOf(int i) => outputsFirst ? i % Inputs : i / Outputs;
        double[] saliency = [.. weight.Select((w, i) => Math.Abs(w) * Math.Sqrt(rows.Take(20).Sum(row => (double)row[InputOf(i)] * row[InputOf(i)])))];
        int[] kept = [.. Enumerable.Range(0, weight.Length).OrderByDescending(i => saliency[i]).Take(weight.Length / 2).Order()];
        OnnxModel dense = ModelUnpacker.Unpack(model.Model);
        float[] found = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(WeightWalker.Find(dense).Single(w => w.Name == "w").Read().Span).ToArray();
        Assert.Equal(kept, Enumerable.Range(0, found.Length).Where(i => found[i] != 0));
    }

    [Fact]
    public void Fit_WithoutRows_SaysSo()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Array.Empty<Row>());
        CompressOnnxEstimator estimator = _ml.DeepCompression().CompressOnnxModel(
            Model("MatMul", false, new float[Inputs * Outputs]), configure: o => o with { Pruning = new(), Calibration = new() });
        var e = Assert.Throws<InvalidOperationException>(() => estimator.Fit(data));
        Assert.Contains("no row to calibrate", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MatMul", false, CalibrationMethod.MinMax)]
    [InlineData("Gemm", true, CalibrationMethod.Percentile)]
    [InlineData("Conv", true, CalibrationMethod.Entropy)]
    public void Fit_WithQuantization_StoresIntegersAndScoresCloseToTheDenseModel(string op, bool outputsFirst, CalibrationMethod method)
    {
        (float[] weight, IDataView data) = WeightAndRows();
        string file = Model(op, outputsFirst, weight);
        using CompressedOnnxTransformer model = _ml.DeepCompression()
            .CompressOnnxModel(file, configure: o => o with { Quantization = new() { Rows = 60, Method = method } }).Fit(data);
        Assert.Contains(model.Model.Proto.Graph.Initializer, tensor => tensor.DataType == (int)TensorProto.Types.DataType.Int8 && tensor.Dims.Aggregate((a, b) => a * b) == weight.Length);
        Assert.DoesNotContain(WeightWalker.Find(model.Model), w => w.Name == "w");

        using CompressedOnnxTransformer dense = _ml.DeepCompression().ApplyCompressedOnnxModel(file).Fit(data);
        float[] expected = [.. dense.Transform(data).GetColumn<float[]>("y").SelectMany(y => y)];
        float[] found = [.. model.Transform(data).GetColumn<float[]>("y").SelectMany(y => y)];
        double error = Math.Sqrt(expected.Zip(found, (e, f) => Math.Pow(e - f, 2)).Sum() / expected.Sum(e => (double)e * e));
        Assert.InRange(error, 1e-6, 0.05); // integers are seen, and they are close
    }

    [Fact]
    public void Fit_WithQuantizationAndPruning_KeepsZerosAndSavesInTheBuiltInForm()
    {
        (float[] weight, IDataView data) = WeightAndRows();
        using CompressedOnnxTransformer model = _ml.DeepCompression()
            .Prune(Model("Gemm", true, weight), configure: o => o with { Sparsity = 0.75 }).Calibrate().Quantize().Fit(data);
        TensorProto integers = model.Model.Proto.Graph.Initializer.Single(tensor => tensor.DataType == (int)TensorProto.Types.DataType.Int8 && tensor.Dims.Aggregate((a, b) => a * b) == weight.Length);
        Assert.InRange(integers.RawData.Span.Count((byte)0), weight.Length * 3 / 4, weight.Length * 4 / 5);

        using MemoryStream zip = new();
        _ml.Model.Save(model, data.Schema, zip);
        ITransformer loaded = new MLContext().Model.Load(zip, out _);
        Assert.Equal(model.Transform(data).GetColumn<float[]>("y").SelectMany(y => y), loaded.Transform(data).GetColumn<float[]>("y").SelectMany(y => y));
    }

    [Fact]
    public void Fit_WithSharingAndQuantization_SaysThatTheyExcludeEachOther()
    {
        (float[] weight, IDataView data) = WeightAndRows();
        CompressOnnxEstimator estimator = _ml.DeepCompression().ShareWeights(Model("Gemm", true, weight)).Quantize();
        var e = Assert.Throws<InvalidOperationException>(() => estimator.Fit(data));
        Assert.Contains("WeightSharing or Quantization", e.Message, StringComparison.Ordinal);
    }

    private (float[] Weight, IDataView Data) WeightAndRows()
    {
        Random random = new(4);
        float[] weight = [.. Enumerable.Range(0, Inputs * Outputs).Select(_ => random.NextSingle() - 0.5f)];
        Row[] rows = [.. Enumerable.Range(0, 60).Select(_ => new Row { X = [.. Enumerable.Range(0, Inputs).Select(_ => random.NextSingle() - 0.5f)] })];
        return (weight, _ml.Data.LoadFromEnumerable(rows));
    }

    // x -> op with the weight -> y; a Conv sees its inputs as channels of one pixel.
    private string Model(string op, bool outputsFirst, float[] weight)
    {
        bool isConv = op == "Conv";
        long[] shape = outputsFirst ? [Outputs, Inputs] : [Inputs, Outputs];
        GraphProto graph = new() { Name = "g" };
        graph.Input.Add(isConv
            ? SmallModels.Value("x", TensorProto.Types.DataType.Float, null, Inputs, 1, 1)
            : SmallModels.Value("x", TensorProto.Types.DataType.Float, null, Inputs));
        graph.Output.Add(isConv
            ? SmallModels.Value("y", TensorProto.Types.DataType.Float, null, Outputs, 1, 1)
            : SmallModels.Value("y", TensorProto.Types.DataType.Float, null, Outputs));
        graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { isConv ? [.. shape, 1, 1] : shape }, FloatData = { weight } });
        NodeProto node = SmallModels.Node(op, ["x", "w"], "y");
        if (op == "Gemm" && outputsFirst)
            node.Attribute.Add(new AttributeProto { Name = "transB", Type = AttributeProto.Types.AttributeType.Int, I = 1 });
        graph.Node.Add(node);
        return _models.Save(graph, $"{op}-{outputsFirst}.onnx");
    }

    private sealed class Row
    {
        [ColumnName("x")]
        [VectorType(Inputs)]
        public float[] X { get; set; } = [];
    }
}
