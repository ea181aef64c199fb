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
