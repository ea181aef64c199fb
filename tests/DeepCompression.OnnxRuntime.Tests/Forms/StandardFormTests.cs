using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime.Calibration;
using DeepCompression.OnnxRuntime.Verification;
using static DeepCompression.Onnx.Tests.Graphs;

namespace DeepCompression.OnnxRuntime.Tests.Forms;

/// <summary>The standard forms on ONNX Runtime against the dense model.</summary>
public sealed class StandardFormTests
{
    [Fact]
    public void Run_SparseInitializer_IsTheSame()
    {
        OnnxModel model = Network(13, 0.1);
        CompressionResult result = Compress(model, new StandardOptions());
        Assert.Equal(["conv", "fc1", "fc2"], result.Model.Proto.Graph.SparseInitializer.Select(sparse => sparse.Values.Name));
        AssertClose(model, result.Model, 0);
    }

    [Fact]
    public void Compress_SparseInitializerOfADenseWeight_IsSkipped()
    {
        CompressionResult result = Compress(Network(13, 0.9), new StandardOptions());
        Assert.Empty(result.Changed);
        Assert.Contains("in place of", result.Skipped.First(note => note.Weight == "fc1").Text);
    }

    [Fact]
    public void Run_Float16_IsCloseAndHalfTheSize()
    {
        OnnxModel model = Network(13, 1);
        CompressionResult result = Compress(model, new StandardOptions { Kind = StandardKind.Float16 });
        Assert.Equal(3, result.Changed.Count);
        Assert.True(result.Model.ToBytes().Length < 0.55 * model.ToBytes().Length);
        AssertClose(model, result.Model, 2e-3);
    }

    [Theory]
    [InlineData(StandardKind.Int8, QuantizationGranularity.Tensor, 13, 0.03)]
    [InlineData(StandardKind.Int8, QuantizationGranularity.Channel, 13, 0.02)]
    [InlineData(StandardKind.Int8, QuantizationGranularity.Block, 13, 0.02)]
    [InlineData(StandardKind.Int4, QuantizationGranularity.Tensor, 13, 0.35)]
    [InlineData(StandardKind.Int4, QuantizationGranularity.Channel, 21, 0.25)]
    [InlineData(StandardKind.Int4, QuantizationGranularity.Block, 21, 0.2)]
    [InlineData(StandardKind.MatMulNBits, QuantizationGranularity.Channel, 17, 0.2)]
    public void Run_Integers_AreWithinTheTolerance(StandardKind kind, QuantizationGranularity granularity, int opset, double tolerance)
    {
        OnnxModel model = Network(opset, 1);
        CompressionResult result = Compress(model, new StandardOptions { Kind = kind, Granularity = granularity });
        Assert.Equal(kind == StandardKind.MatMulNBits ? 2 : 3, result.Changed.Count);
        Assert.True(result.Model.ToBytes().Length < 0.45 * model.ToBytes().Length || kind == StandardKind.MatMulNBits);
        AssertClose(model, result.Model, tolerance);
    }

    [Fact]
    public void Compress_Int4BelowOpset13_IsSkippedWithTheReason()
    {
        CompressionResult result = Compress(Network(12, 1), new StandardOptions { Kind = StandardKind.Int4 });
        Assert.Empty(result.Changed);
        Assert.Equal("it needs opset 21, and the model has 12", result.Skipped.First(note => note.Weight == "fc1").Text);
    }

    [Theory]
    [InlineData(CalibrationMethod.MinMax, 0.05)]
    [InlineData(CalibrationMethod.Percentile, 0.05)]
    [InlineData(CalibrationMethod.Entropy, 0.15)]
    public void Run_StaticQuantization_IsWithinTheTolerance(CalibrationMethod method, double tolerance)
    {
        OnnxModel model = Network(13, 1);
        var calibrator = new Calibrator();
        CalibrationRunner.Run(
            model, StaticQuantizationPass.ActivationsOf(model), runner => RandomInputs.Create(runner.Inputs, new RandomInputOptions { Count = 64, Seed = 9 }), calibrator);
        PassResult result = new StaticQuantizationPass(calibrator.GetRanges(method)).Run(model);

        Assert.Empty(result.Skipped);
        Assert.DoesNotContain(result.Model.Proto.Graph.Initializer, tensor => tensor.Name is "conv" or "fc1" or "fc2" or "b1");
        Assert.Equal(4, result.Model.Proto.Graph.Node.Count(node => node.OpType == "QuantizeLinear"));
        AssertClose(model, result.Model, tolerance);
    }

    [Fact]
    public void Run_StaticQuantizationWithoutRanges_SkipsEveryProduct()
    {
        PassResult result = new StaticQuantizationPass(new Dictionary<string, ActivationRange>()).Run(Network(13, 1));
        Assert.Equal(3, result.Skipped.Count);
        Assert.False(result.Modified);
    }

    private static OnnxModel Network(int opset, double density)
    {
        NodeProto conv = Node("Conv", "x conv", "c");
        conv.Attribute.Add(new AttributeProto { Name = "pads", Ints = { 1, 1, 1, 1 }, Type = AttributeProto.Types.AttributeType.Ints });
        return Model(opset, new Input("x", [1, 32, 6, 6]), new Output("y", [1, 40]),
            Graphs("conv", 1, density, 16, 32, 3, 3), Graphs("fc1", 2, density, 48, 576), Graphs("b1", 3, 1, 48), Graphs("fc2", 4, density, 48, 40),
            conv, Node("Relu", "c", "r"), Node("Flatten", "r", "f"), Node("Gemm", "f fc1 b1", "h", Attribute("transB", 1)), Node("MatMul", "h fc2", "y"));
    }

    private static TensorProto Graphs(string name, int seed, double density, params long[] shape) => DeepCompression.Onnx.Tests.Graphs.Random(name, seed, density, shape);

    private static CompressionResult Compress(OnnxModel model, StandardOptions options) =>
        ModelCompressor.Compress(model, new CompressionOptions { Form = ModelForm.Standard, Standard = options });

    private static void AssertClose(OnnxModel expected, OnnxModel actual, double tolerance)
    {
        VerificationReport report = ModelVerifier.Verify(
            () => ModelRunner.Open(expected.ToBytes(), "expected"), () => ModelRunner.Open(actual.ToBytes(), "actual"), runner => RandomInputs.Create(runner.Inputs));
        Assert.True(report.RelativeError <= tolerance, $"relative error {report.RelativeError}");
        Assert.True(tolerance == 0 || report.RelativeError > 0, "nothing was quantized");
    }
}
