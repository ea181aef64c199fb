using DeepCompression.ExecutionProvider;
using DeepCompression.ExecutionProvider.Planning;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Planning;
using Microsoft.ML.OnnxRuntime;
using static DeepCompression.Onnx.Tests.Graphs;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>Convolutions that write into the output of the Concat that reads them, against stock.</summary>
[Collection(ProviderCollection.Name)]
public sealed class ConcatenationTests
{
    [ProviderTheory]
    [InlineData(1, 9, 8)]
    [InlineData(-1, 9, 8)]
    [InlineData(-1, -1, -1)]
    public void Run_SqueezedAndExpanded_EqualsStock(int batch, int height, int width)
    {
        OnnxModel dense = Model(17, new Input("x", [batch, 6, height, width]), new Output("y", []), Weight("w1", 1, 0.6, 20, 8, 6, 1, 1), Weight("w2", 2, 0.4, 8, 20, 8, 1, 1), Weight("w3", 3, 0.3, 20, 7, 8, 3, 3), Floats("b3", [7], Random(4, 7)),
            Node("Conv", "x w1", "s"), Node("Relu", "s", "squeezed"), Node("Conv", "squeezed w2", "a"), Node("Relu", "a", "a1"),
            Node("Conv", "squeezed w3 b3", "b", Ints("pads", 1, 1, 1, 1)), Node("LeakyRelu", "b", "b1"), Node("Concat", "a1 b1", "c", Attribute("axis", 1)), Node("Sigmoid", "c", "y"));
        for (int images = 1; images <= (batch < 0 ? 3 : 1); images += 2)
            AssertEqualsStock(dense, [2], ("x", Random(5, images * 6 * 72), [images, 6, 9, 8]));
    }

    [ProviderFact]
    public void Run_InputsOfSeveralSizes_EqualsStock()
    {
        OnnxModel dense = Model(17, new Input("x", [1, 4, 8, 10]), new Output("y", []), Weight("w1", 1, 0.4, 20, 6, 4, 3, 3), Weight("w2", 2, 0.4, 8, 24, 4, 1, 1), Weight("w3", 3, 0.9, 20, 16, 4, 3, 3),
            Node("Conv", "x w1", "a", Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1)), Node("MaxPool", "x", "m", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2)),
            Node("Conv", "m w2", "b"), Node("Conv", "m w3", "c", Ints("pads", 1, 1, 1, 1)), Node("Concat", "c a b", "y", Attribute("axis", -3)));
        AssertEqualsStock(dense, [3], ("x", Random(5, 320), [1, 4, 8, 10]));
    }

    [ProviderFact]
    public void Run_OneDimension_EqualsStock()
    {
        OnnxModel dense = Model(17, new Input("x", [1, 4, 30]), new Output("y", []), Weight("w1", 1, 0.4, 20, 6, 4, 3), Weight("w2", 2, 0.4, 8, 10, 4, 5),
            Node("Conv", "x w1", "a", Ints("pads", 1, 1)), Node("Conv", "x w2", "b", Ints("pads", 2, 2)), Node("Concat", "a b", "y", Attribute("axis", -2)));
        AssertEqualsStock(dense, [2], ("x", Random(5, 120), [1, 4, 30]));
    }

    [ProviderTheory]
    [InlineData(1, 2, "a b")]    // rows behind rows
    [InlineData(2, 1, "a b")]    // images are computed together
    [InlineData(1, 1, "a t b")]
    [InlineData(1, 1, "a a b")]
    public void Run_OtherConcatenations_EqualsStock(int batch, int axis, string parts)
    {
        OnnxModel dense = Model(17, new Input("x", [batch, 4, 8, 10]), new Output("y", []), Weight("w1", 1, 0.4, 20, 24, 4, 3, 3), Weight("w2", 2, 0.4, 8, 24, 4, 1, 1),
            Node("Conv", "x w1", "a", Ints("pads", 1, 1, 1, 1)), Node("Conv", "x w2", "b"), Node("Tanh", "x", "t"), Node("Concat", parts, "y", Attribute("axis", axis)));
        AssertEqualsStock(dense, [], ("x", Random(5, batch * 320), [batch, 4, 8, 10]));
    }

    [ProviderFact]
    public void Run_OutputsOfDifferentSizes_SaysSo()
    {
        OnnxModel dense = Model(17, new Input("x", [1, 4, -1, -1]), new Output("y", []), Weight("w1", 1, 0.4, 20, 6, 4, 3, 3), Weight("w2", 2, 0.4, 8, 24, 4, 1, 1),
            Node("Conv", "x w1", "a"), Node("Conv", "x w2", "b"), Node("Concat", "a b", "y", Attribute("axis", 1)));
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using InferenceSession session = CompressedModel.CreateSession(Compress(dense, ModelForm.Portable), options, ClaimAll);

        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => Run(session, ("x", Random(5, 320), [1, 4, 8, 10])));

        Assert.Contains("outputs of 1 x 8 x 10 cannot be put behind such of 1 x 6 x 8", error.Message, StringComparison.Ordinal);
    }

    /// <param name="dense">The model.</param>
    /// <param name="parts">The convolutions of every Concat that is computed with them.</param>
    /// <param name="input">The input.</param>
    private static void AssertEqualsStock(OnnxModel dense, int[] parts, (string Name, float[] Values, long[] Shape) input)
    {
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        int convolutions = dense.Proto.Graph.Node.Count(node => node.OpType == "Conv");
        foreach (ModelForm form in (ModelForm[])[ModelForm.Portable, ModelForm.Packed])
        {
            OnnxModel compressed = Compress(dense, form);
            using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            using InferenceSession session = CompressedModel.CreateSession(compressed, options, ClaimAll);
            AssertClose(Run(dense, null, out _, input), Run(session, input));

            ModelPlan plan = ModelPlan.Make(FullParser.Outline(compressed.ToBytes(), null), ClaimAll, 2, new DeepCompressionReport());
            Assert.Equal(convolutions, plan.Units.Sum(unit => unit is ConcatenationPlan whole ? whole.Whole.Parts.Count : 1)); // all are claimed, alone or not
            Assert.Equal(parts, plan.Units.OfType<ConcatenationPlan>().Select(unit => unit.Whole.Parts.Count));
        }
    }
}
