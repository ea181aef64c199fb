using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Microsoft.ML.OnnxRuntime;
using static DeepCompression.Onnx.Tests.Graphs;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>Layers that follow one another, claimed as one where batches are expected.</summary>
[Collection(ProviderCollection.Name)]
public sealed class ChainTests
{
    private const int Opset = 17;

    private static readonly DeepCompressionOptions _batches = ClaimAll with { Batch = 64 };

    [ProviderTheory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(75)]
    public void Run_ConvolutionsPoolingAndProducts_EqualsStock(int batch)
    {
        OnnxModel dense = Model(Opset, new Input("x", [-1, 1, 20, 20]), new Output("y", []), Weight("w1", 1, 0.6, 15, 6, 1, 5, 5), Floats("b1", [6], Random(2, 6)), Weight("w2", 3, 0.3, 15, 9, 6, 3, 3),
            Weight("w3", 4, 0.2, 15, 30, 81), Floats("b3", [30], Random(5, 30)), Weight("w4", 6, 0.4, 15, 30, 7),
            Node("Conv", "x w1 b1", "c1"), Node("MaxPool", "c1", "p1", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2)), Node("Relu", "p1", "r1"),
            Node("Conv", "r1 w2", "c2", Ints("pads", 1, 1, 1, 1)), Node("Relu", "c2", "r2"), Node("MaxPool", "r2", "p2", Ints("kernel_shape", 3, 3), Ints("strides", 3, 3), Ints("pads", 1, 1, 0, 0)),
            Node("Flatten", "p2", "f"), Node("Gemm", "f w3 b3", "g", Attribute("transB", 1)), Node("Relu", "g", "r3"), Node("MatMul", "r3 w4", "y"));
        Check(dense, layers: 4, ("x", Random(7, batch * 400), [batch, 1, 20, 20]));
    }

    [ProviderFact]
    public void Run_AveragePoolingNormalizationAndReshape_EqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [-1, 3, 15, 13]), new Output("y", []), Weight("w1", 1, 0.5, 20, 8, 3, 3, 3), Weight("w2", 2, 0.5, 20, 10, 4, 3, 3), Weight("w3", 3, 0.5, 20, 5, 10), Int64s("shape", [2], -1, 10),
            Floats("scale", [8], Random(4, 8)), Floats("shift", [8], Random(5, 8)), Floats("mean", [8], Random(6, 8)), Floats("var", [8], [.. Random(7, 8).Select(v => v + 1)]),
            Node("Conv", "x w1", "c1", Ints("strides", 1, 2)), Node("BatchNormalization", "c1 scale shift mean var", "n"), Node("LeakyRelu", "n", "a", Float("alpha", 0.1f)),
            Node("AveragePool", "a", "p1", Ints("kernel_shape", 3, 2), Ints("strides", 2, 1), Ints("pads", 1, 1, 1, 0), Attribute("count_include_pad", 1)),
            Node("Conv", "p1 w2", "c2", Attribute("group", 2)), Node("GlobalAveragePool", "c2", "p2"), Node("Reshape", "p2 shape", "f"), Node("Gemm", "f w3", "y", Attribute("transB", 1)));
        Check(dense, layers: 3, ("x", Random(8, 33 * 3 * 15 * 13), [33, 3, 15, 13]));
    }

    [ProviderFact]
    public void Run_ImagesAtTheEnd_EqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [20, 2, 9, 9]), new Output("y", []), Weight("w1", 1, 0.5, 20, 4, 2, 3, 3), Weight("w2", 2, 0.5, 20, 40, 4, 1, 1),
            Node("Conv", "x w1", "c1"), Node("Conv", "c1 w2", "c2"), Node("Sigmoid", "c2", "y"));
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        float[][] actual = Run(Compress(dense, ModelForm.Portable), ClaimAll, out DeepCompressionReport? report, ("x", Random(3, 20 * 162), [20, 2, 9, 9]));
        Assert.True(InARow(report) == 2, report!.ToString()); // the model itself says that there are 20 samples
        AssertClose(Run(dense, null, out _, ("x", Random(3, 20 * 162), [20, 2, 9, 9])), actual);
    }

    [ProviderTheory]
    [InlineData("rounded up")]
    [InlineData("read twice")]
    [InlineData("other shape")]
    public void Run_LayersThatAreNoChain_AreClaimedAlone(string why)
    {
        bool isRoundedUp = why == "rounded up", isReshaped = why == "other shape"; // 11 x 11 is pooled to 5 x 5 or 6 x 6
        OnnxModel dense = Model(Opset, new Input("x", [-1, 1, 13, 13]), new Output("y", []), new Output("z", []), Weight("w1", 1, 0.5, 20, 4, 1, 3, 3), Weight("w2", 2, 0.3, 20, 30, isRoundedUp ? 144 : isReshaped ? 25 : 100), Int64s("shape", [2], -1, 25),
            Node("Conv", "x w1", "c"), Node("MaxPool", "c", "p", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2), Attribute("ceil_mode", isRoundedUp ? 1 : 0)),
            isReshaped ? Node("Reshape", "p shape", "f") : Node("Flatten", "p", "f"), Node("Gemm", "f w2", "y", Attribute("transB", 1)), Node("Neg", why == "read twice" ? "p" : "x", "z"));
        Check(dense, layers: 0, ("x", Random(3, 20 * 169), [20, 1, 13, 13]));
    }

    [ProviderTheory]
    [InlineData(null, 0)]
    [InlineData(15, 0)]
    [InlineData(16, 2)]
    public void CreateSession_ExpectedBatch_DecidesAboutChains(int? batch, int layers)
    {
        OnnxModel dense = Model(Opset, new Input("x", [-1, 64]), new Output("y", []), Weight("w1", 1, 0.2, 20, 96, 64), Weight("w2", 2, 0.3, 20, 32, 96),
            Node("Gemm", "x w1", "a", Attribute("transB", 1)), Node("Relu", "a", "r"), Node("Gemm", "r w2", "y", Attribute("transB", 1)));
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        using SessionOptions options = new();
        using InferenceSession session = CompressedModel.CreateSession(Compress(dense, ModelForm.Packed), options, ClaimAll with { Batch = batch });
        Assert.Equal(layers, InARow(options.AppendDeepCompression()));
        AssertClose(Run(dense, null, out _, ("x", Random(3, 40 * 64), [40, 64])), Run(session, ("x", Random(3, 40 * 64), [40, 64])));
    }

    [ProviderFact]
    public void AppendDeepCompression_BatchOfZero_IsAnError()
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 8]), new Output("y", [1, 8]), Weight("w", 1, 0.2, 20, 8, 8), Node("MatMul", "x w", "y"));
        using SessionOptions options = new();
        Exception error = Assert.ThrowsAny<Exception>(() => CompressedModel.CreateSession(Compress(dense, ModelForm.Packed), options, ClaimAll with { Batch = 0 }));
        Assert.Contains("batch is a number of samples of at least 1; found '0'", error.Message, StringComparison.Ordinal);
    }

    private static int InARow(DeepCompressionReport? report) => report!.Decisions.Count(decision => decision.IsClaimed && decision.Reason.Contains("in a row", StringComparison.Ordinal));

    private static void Check(OnnxModel dense, int layers, params (string Name, float[] Values, long[] Shape)[] inputs)
    {
        foreach (ValueInfoProto output in dense.Proto.Graph.Output)
            output.Type.TensorType.Shape = null;
        float[][] expected = Run(dense, null, out _, inputs);
        foreach (ModelForm form in (ModelForm[])[ModelForm.Portable, ModelForm.Packed])
        {
            float[][] actual = Run(Compress(dense, form), _batches, out DeepCompressionReport? report, inputs);
            Assert.True(InARow(report) == layers, $"{form}:\n{report}");
            AssertClose(expected, actual);
        }
    }
}
