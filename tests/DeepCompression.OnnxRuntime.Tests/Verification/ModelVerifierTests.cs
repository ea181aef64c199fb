using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime.Verification;
using Google.Protobuf;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.OnnxRuntime.Tests.Verification;

public sealed class ModelVerifierTests
{
    private static readonly InputSample s_ones = new("ones", [TensorValue.FromSingle("x", [1, 2], [1, 1])]);

    [Fact]
    public void Verify_SameModel_IsIdentical()
    {
        ModelProto model = TestModels.Gemm([1, 2, 3, 4, 5, 6], 2, 3);
        VerificationReport report = ModelVerifier.Verify(() => Open(model), () => Open(model), r => RandomInputs.Create(r.Inputs));
        OutputComparison output = Assert.Single(report.Outputs);
        Assert.True(report.Identical);
        Assert.Equal((0d, 0d, 1d, 1d), (output.MaxDifference, output.RelativeError, output.Cosine, output.Top1Agreement));
        Assert.Equal((4, 4L, 12L), (report.Samples, output.Top1Rows, output.Elements));
    }

    [Fact]
    public void Verify_ChangedWeight_GivesTheDifferencesWorkedOutByHand()
    {
        // y = (4, 6) against (4, 3): difference (0, 3).
        VerificationReport report = Verify(TestModels.Gemm([1, 2, 3, 4], 2, 2), TestModels.Gemm([1, 2, 3, 1], 2, 2));
        OutputComparison output = report.Outputs.Single();
        Assert.False(output.Identical);
        Assert.Equal(3, output.MaxDifference);
        Assert.Equal(1.5, output.MeanDifference);
        Assert.Equal(3 / Math.Sqrt(52), output.RelativeError, 12);
        Assert.Equal(((4 * 4) + (6 * 3)) / Math.Sqrt(52 * 25), output.Cosine, 12);
        Assert.Equal(0, output.Top1Agreement);
    }

    [Fact]
    public void Verify_InfinityAgainstNumber_IsInfinitelyWrong()
    {
        VerificationReport report = Verify(TestModels.Gemm([1, 2, 3, 4], 2, 2), TestModels.Gemm([1, float.PositiveInfinity, 3, 4], 2, 2));
        Assert.Equal(double.PositiveInfinity, report.MaxDifference);
        Assert.Equal(double.PositiveInfinity, report.RelativeError);
    }

    [Fact]
    public void Verify_SameNaN_IsEqual()
    {
        ModelProto model = TestModels.Gemm([1, float.NaN, 3, 4], 2, 2);
        Assert.Equal(0, Verify(model, model).RelativeError);
    }

    [Fact]
    public void Verify_OtherOutputName_IsRefused()
    {
        ModelProto other = TestModels.Gemm([1, 2, 3, 4], 2, 2);
        other.Graph.Node[0].Output[0] = other.Graph.Output[0].Name = "z";
        Assert.Equal(
            "The original has an output 'y'; the other model has 'z'.",
            Assert.Throws<InvalidDataException>(() => Verify(TestModels.Gemm([1, 2, 3, 4], 2, 2), other)).Message);
    }

    [Fact]
    public void Verify_OtherOutputShape_IsRefused() => Assert.Contains(
        "'y' has the shape 1x2 in one model and 1x1 in the other",
        Assert.Throws<InvalidDataException>(() => Verify(TestModels.Gemm([1, 2, 3, 4], 2, 2), TestModels.Gemm([1, 2], 2, 1))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Verify_ImageShapedClasses_CountsTop1OverChannels()
    {
        ModelProto Classes(float second) => TestModels.Model(new GraphProto
        {
            Name = "g",
            Input = { TestModels.Value("x", DataType.Float, 1, 2) },
            Output = { TestModels.Value("y", DataType.Float, 1, 2, 1, 1) },
            Initializer = { TestModels.Tensor("s", [1, second], 1, 2), new TensorProto { Name = "shape", DataType = (int)DataType.Int64, Dims = { 4 }, Int64Data = { 1, 2, 1, 1 } } },
            Node =
            {
                new NodeProto { OpType = "Mul", Input = { "x", "s" }, Output = { "m" } },
                new NodeProto { OpType = "Reshape", Input = { "m", "shape" }, Output = { "y" } },
            },
        });
        Assert.Equal((0d, 1L), (Verify(Classes(0.9f), Classes(1.1f)).Outputs[0].Top1Agreement!.Value, Verify(Classes(0.9f), Classes(1.1f)).Outputs[0].Top1Rows));
        Assert.Equal(1, Verify(Classes(0.9f), Classes(0.8f)).Outputs[0].Top1Agreement);
    }

    [Fact]
    public void Open_NoModel_NamesFileAndCause()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("x.onnx", [1, 2, 3]);
        string message = Assert.Throws<InvalidDataException>(() => ModelRunner.Open(path)).Message;
        Assert.StartsWith(path + ": ONNX Runtime does not load it: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Run_InputThatTheGraphRefuses_NamesModelAndSample()
    {
        ModelProto model = TestModels.Model(new GraphProto
        {
            Name = "g",
            Input = { TestModels.Value("a", DataType.Float, "n"), TestModels.Value("b", DataType.Float, "m") },
            Output = { TestModels.Value("y", DataType.Float, null as object) },
            Node = { new NodeProto { OpType = "Add", Name = "add", Input = { "a", "b" }, Output = { "y" } } },
        });
        using ModelRunner runner = Open(model);
        var sample = new InputSample("my.npz", [TensorValue.FromSingle("a", [2], [1, 2]), TensorValue.FromSingle("b", [3], [1, 2, 3])]);
        string message = Assert.Throws<InvalidDataException>(() => runner.Run(sample)).Message;
        Assert.StartsWith("model.onnx: does not run on my.npz: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private static VerificationReport Verify(ModelProto original, ModelProto other) =>
        ModelVerifier.Verify(() => Open(original), () => Open(other), _ => [s_ones]);

    private static ModelRunner Open(ModelProto model) => ModelRunner.Open(model.ToByteArray(), "model.onnx");
}
