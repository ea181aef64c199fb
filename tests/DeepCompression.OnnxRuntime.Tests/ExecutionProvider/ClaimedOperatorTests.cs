using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using static DeepCompression.Onnx.Tests.Graphs;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>Each operator with each attribute that there is a kernel for: compressed, with the execution provider, against dense and stock.</summary>
[Collection(ProviderCollection.Name)]
public sealed class ClaimedOperatorTests
{
    private const int Opset = 17;

    [ProviderTheory]
    [InlineData(1, 0.1)]
    [InlineData(3, 0.5)]
    [InlineData(20, 0.3)]
    [InlineData(2, 0)]
    public void Run_GemmTransposed_EqualsStock(int batch, double density)
    {
        OnnxModel dense = Model(Opset, new Input("x", [batch, 70]), new Output("y", [batch, 45]), Weight("w", 1, density, 15, 45, 70), Floats("b", [45], Random(2, 45)),
            Node("Gemm", "x w b", "g", Attribute("transB", 1), Float("alpha", 0.5f), Float("beta", 2)), Node("Relu", "g", "y"));
        AssertEqualsStock(dense, 1, ("x", Random(3, batch * 70), [batch, 70]));
    }

    [ProviderFact]
    public void Run_GemmNotTransposed_EqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [4, 70]), new Output("y", [4, 45]), Weight("w", 1, 0.2, 200, 70, 45), Node("Gemm", "x w", "g"), Node("LeakyRelu", "g", "y", Float("alpha", 0.2f)));
        AssertEqualsStock(dense, 1, ("x", Random(3, 4 * 70), [4, 70]));
    }

    [ProviderTheory]
    [InlineData(false, 1)]
    [InlineData(true, 0)] // then no operator may take the bias into its kernel
    public void Run_PackedBias_EqualsStock(bool isBiasAnOutputToo, int claimed)
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 8, 3, 3]), new Output("y", [1, 3000, 3, 3]), Weight("w", 1, 0.3, 15, 3000, 8, 1, 1), Weight("b", 2, 0.3, 7, 3000),
            Node("Conv", "x w b", "a"), Node("Relu", "a", "y"));
        if (isBiasAnOutputToo)
            dense.Proto.Graph.Output.Add(new ValueInfoProto { Name = "b", Type = dense.Proto.Graph.Output[0].Type.Clone() });
        OnnxModel packed = ModelCompressor.Compress(dense, new CompressionOptions { Form = ModelForm.Packed, Lossless = true, MinElements = 1 }).Model;
        Assert.Equal(2, WeightNodeWalker.Find(packed).Count);
        (string, float[], long[]) x = ("x", Random(3, 72), [1, 8, 3, 3]);

        float[][] outputs = Run(packed, ClaimAll, out DeepCompressionReport? report, x);

        AssertClose(Run(dense, null, out _, x), outputs);
        Assert.Equal(claimed, report!.Decisions.Count(decision => decision is { IsClaimed: true, IsDecodedOnly: false }));
    }

    [ProviderFact]
    public void Run_MatMulOfRankThreeWithBias_EqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [2, 5, 40]), new Output("y", [2, 5, 33]), Weight("w", 1, 0.3, 31, 40, 33), Floats("b", [33], Random(2, 33)), Floats("low", [], -0.5f), Floats("high", [], 0.75f),
            Node("MatMul", "x w", "m"), Node("Add", "b m", "a"), Node("Clip", "a low high", "y"));
        AssertEqualsStock(dense, 1, ("x", Random(3, 400), [2, 5, 40]));
    }

    [ProviderFact]
    public void Run_MatMulOfUnprunedWeight_EqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [3, 64]), new Output("y", [3, 48]), Weight("w", 1, 1, 16, 64, 48), Node("MatMul", "x w", "y"));
        AssertEqualsStock(dense, 1, ("x", Random(3, 192), [3, 64]));
    }

    [ProviderTheory]
    [InlineData(1, 1, 1, 0, 1, 1, "")]
    [InlineData(3, 3, 1, 1, 1, 1, "")]
    [InlineData(3, 3, 2, 1, 1, 2, "")]
    [InlineData(5, 3, 1, 2, 2, 1, "")]
    [InlineData(3, 3, 2, 0, 1, 4, "SAME_UPPER")]
    [InlineData(3, 2, 1, 0, 1, 1, "SAME_LOWER")]
    [InlineData(3, 3, 3, 0, 1, 1, "VALID")]
    public void Run_Convolution_EqualsStock(int height, int width, int stride, int pad, int dilation, int groups, string automatic)
    {
        List<DeepCompression.Onnx.Schema.AttributeProto> attributes = [Ints("strides", stride, stride), Ints("dilations", dilation, dilation), Attribute("group", groups)];
        attributes.Add(automatic.Length > 0 ? Text("auto_pad", automatic) : Ints("pads", pad, pad, pad, pad));
        OnnxModel dense = Model(Opset, new Input("x", [2, 8, 13, 17]), new Output("y", []), Weight("w", 1, 0.4, 20, 12, 8 / groups, height, width), Floats("b", [12], Random(2, 12)),
            Node("Conv", "x w b", "c", [.. attributes]), Node("Relu", "c", "y"));
        AssertEqualsStock(dense, 1, ("x", Random(3, 2 * 8 * 13 * 17), [2, 8, 13, 17]));
    }

    [ProviderFact]
    public void Run_ConvolutionOfOneDimension_EqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 6, 50]), new Output("y", []), Weight("w", 1, 0.4, 20, 10, 6, 5), Node("Conv", "x w", "y", Ints("pads", 1, 3), Ints("strides", 2)));
        AssertEqualsStock(dense, 1, ("x", Random(3, 300), [1, 6, 50]));
    }

    [ProviderFact]
    public void Run_ConvolutionWithNormalizationAndActivation_EqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 4, 20, 20]), new Output("y", []), Weight("w", 1, 0.3, 40, 9, 4, 3, 3), Floats("b", [9], Random(2, 9)),
            Floats("scale", [9], Random(4, 9)), Floats("shift", [9], Random(5, 9)), Floats("mean", [9], Random(6, 9)), Floats("var", [9], [.. Random(7, 9).Select(v => v + 1)]),
            Node("Conv", "x w b", "c", Ints("pads", 1, 1, 1, 1)), Node("BatchNormalization", "c scale shift mean var", "n"), Node("LeakyRelu", "n", "y", Float("alpha", 0.1f)));
        AssertEqualsStock(dense, 1, ("x", Random(3, 1600), [1, 4, 20, 20]));
    }

    [ProviderFact]
    public void Run_WeightReadTwice_IsHeldOnce()
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 64]), new Output("y", [1, 64]), Weight("w", 1, 0.3, 20, 64, 64),
            Node("Gemm", "x w", "a", Attribute("transB", 1)), Node("Neg", "x", "n"), Node("Gemm", "n w", "b", Attribute("transB", 1)), Node("Add", "a b", "y"));
        AssertEqualsStock(dense, 2, ("x", Random(3, 64), [1, 64]));
        Run(Compress(dense, ModelForm.Portable), ClaimAll, out var report, ("x", Random(3, 64), [1, 64]));
        Assert.Single(report!.Decisions, decision => decision.ResidentBytes > 0);
    }

    [ProviderTheory]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(40)]
    public void Report_WeightWithFillers_SaysTheDensityWithoutThem(int values)
    {
        TensorProto weight = Weight("w", 1, 0.37, values, 64, 600);
        double density = MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray().Count(value => value != 0) / 38400.0;
        OnnxModel dense = Model(Opset, new Input("x", [1, 600]), new Output("y", [1, 64]), weight, Node("Gemm", "x w", "y", Attribute("transB", 1)));
        Run(Compress(dense, ModelForm.Portable), ClaimAll, out var report, ("x", Random(3, 600), [1, 600]));
        Assert.InRange(Assert.Single(report!.Decisions).Density, density - 1e-9, density + (8 / 38400.0)); // of a last byte all codes count
    }

    [ProviderFact]
    public void Run_WeightReadInARow_IsDeclined()
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 64]), new Output("y", [1, 64]), Weight("w", 1, 0.3, 20, 64, 64),
            Node("Gemm", "x w", "a", Attribute("transB", 1)), Node("Softmax", "a", "s"), Node("Gemm", "s w", "y", Attribute("transB", 1)));
        AssertEqualsStock(dense, 0, ("x", Random(3, 64), [1, 64]));
    }

    [ProviderFact]
    public void Run_PackedWeightWithoutKernel_IsDecodedOnce()
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 64]), new Output("y", [1, 64]), Weight("w", 1, 0.3, 20, 64, 64), Node("MatMul", "x w", "m"), Node("ReduceMean", "w", "r", Ints("axes", 0)), Node("Add", "m r", "y"));
        float[][] actual = Run(Compress(dense, ModelForm.Packed), ClaimAll, out var report, ("x", Random(3, 64), [1, 64]));
        Assert.Contains(report!.Decisions, decision => decision.IsDecodedOnly);
        AssertClose(Run(dense, null, out _, ("x", Random(3, 64), [1, 64])), actual);
    }

    [ProviderTheory]
    [InlineData("LSTM", 4, "forward")]
    [InlineData("LSTM", 4, "bidirectional")]
    [InlineData("GRU", 3, "reverse")]
    [InlineData("GRU", 3, "bidirectional")]
    public void Run_Recurrent_EqualsStock(string type, int gates, string direction)
    {
        const int steps = 7, batch = 2, inputs = 20, hidden = 24;
        int directions = direction == "bidirectional" ? 2 : 1;
        OnnxModel dense = Model(Opset, new Input("x", [steps, batch, inputs]), new Output("y", []), new Output("h", []), Weight("w", 1, 0.3, 30, directions, gates * hidden, inputs), Weight("r", 2, 0.3, 30, directions, gates * hidden, hidden),
            Floats("b", [directions, 2 * gates * hidden], Random(4, directions * 2 * gates * hidden)), Floats("h0", [directions, batch, hidden], Random(5, directions * batch * hidden)),
            Node(type, "x w r b _ h0", "y h", Attribute("hidden_size", hidden), Text("direction", direction), Attribute("linear_before_reset", 1)));
        if (type == "LSTM")
            dense.Proto.Graph.Node[0].Attribute.RemoveAt(2);
        AssertEqualsStock(dense, 1, ("x", Random(3, steps * batch * inputs), [steps, batch, inputs]));
    }
}
