using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.WeightSharing;
using Microsoft.ML.OnnxRuntime;
using static DeepCompression.Onnx.Tests.Graphs;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>ConvTranspose with each of its attributes: compressed, with the execution provider, against dense and stock.</summary>
[Collection(ProviderCollection.Name)]
public sealed class TransposedConvolutionTests
{
    private const int Opset = 17;

    [ProviderTheory]
    [InlineData(2, 2, 2, 0, 1, 1, 0)]
    [InlineData(4, 4, 2, 1, 1, 1, 0)]
    [InlineData(3, 3, 2, 1, 1, 2, 1)]
    [InlineData(3, 3, 1, 1, 1, 1, 0)]
    [InlineData(3, 2, 3, 0, 2, 4, 2)]
    [InlineData(5, 3, 4, 2, 1, 1, 3)]
    [InlineData(1, 1, 2, 0, 1, 1, 1)]
    [InlineData(2, 3, 1, 2, 3, 8, 0)]
    public void Run_Attributes_EqualsStock(int height, int width, int stride, int pad, int dilation, int groups, int added)
    {
        OnnxModel dense = Model(Opset, new Input("x", [2, 8, 7, 11]), new Output("y", []), Weight("w", 1, 0.4, 20, 8, 16 / groups, height, width), Floats("b", [16], Random(2, 16)),
            Node("ConvTranspose", "x w b", "c", Ints("strides", stride, stride), Ints("dilations", dilation, dilation), Ints("pads", pad, 0, pad, 0), Ints("output_padding", added, added), Attribute("group", groups)),
            Node("Relu", "c", "y"));
        AssertEqualsStock(dense, 1, ("x", Random(3, 2 * 8 * 7 * 11), [2, 8, 7, 11]));
    }

    [ProviderTheory]
    [InlineData(3, 2, 0, "SAME_UPPER")]
    [InlineData(3, 2, 0, "SAME_LOWER")]
    [InlineData(5, 2, 1, "SAME_UPPER")]
    [InlineData(4, 1, 0, "SAME_LOWER")]
    [InlineData(2, 3, 0, "SAME_UPPER")] // the kernel is smaller than the stride: there is nothing to leave out
    [InlineData(3, 2, 1, "VALID")]
    public void Run_AutomaticPads_EqualsStock(int kernel, int stride, int added, string automatic)
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 6, 9, 10]), new Output("y", []), Weight("w", 1, 0.4, 20, 6, 5, kernel, kernel),
            Node("ConvTranspose", "x w", "y", Ints("strides", stride, stride), Ints("output_padding", added, added), Text("auto_pad", automatic)));
        AssertEqualsStock(dense, 1, ("x", Random(3, 540), [1, 6, 9, 10]));
    }

    [ProviderTheory]
    [InlineData(17, 19, "NOTSET")]
    [InlineData(18, 20, "NOTSET")]
    [InlineData(17, 18, "SAME_UPPER")]
    [InlineData(17, 18, "SAME_LOWER")]
    [InlineData(19, 22, "NOTSET")] // larger than what the inputs reach
    public void Run_OutputShape_EqualsStock(int height, int width, string automatic)
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 6, 9, 10]), new Output("y", [1, 5, height, width]), Weight("w", 1, 0.4, 20, 6, 5, 2, 3), Floats("b", [5], Random(2, 5)),
            Node("ConvTranspose", "x w b", "y", Ints("strides", 2, 2), Ints("output_shape", height, width), Text("auto_pad", automatic)));
        AssertEqualsStock(dense, 1, ("x", Random(3, 540), [1, 6, 9, 10]));
    }

    [ProviderTheory]
    [InlineData(2, 2, 0, 1)]
    [InlineData(16, 8, 4, 1)]
    [InlineData(3, 1, 1, 3)]
    public void Run_OneDimension_EqualsStock(int kernel, int stride, int pad, int groups)
    {
        OnnxModel dense = Model(Opset, new Input("x", [2, 6, 50]), new Output("y", []), Weight("w", 1, 0.4, 20, 6, 12 / groups, kernel),
            Node("ConvTranspose", "x w", "c", Ints("pads", pad, pad), Ints("strides", stride), Attribute("group", groups)), Node("LeakyRelu", "c", "y", Float("alpha", 0.2f)));
        AssertEqualsStock(dense, 1, ("x", Random(3, 600), [2, 6, 50]));
    }

    [ProviderFact]
    public void Run_NormalizationAndActivation_EqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 4, 10, 12]), new Output("y", []), Weight("w", 1, 0.3, 40, 4, 9, 4, 4), Floats("b", [9], Random(2, 9)),
            Floats("scale", [9], Random(4, 9)), Floats("shift", [9], Random(5, 9)), Floats("mean", [9], Random(6, 9)), Floats("var", [9], [.. Random(7, 9).Select(v => v + 1)]), Floats("low", [], -0.1f), Floats("high", [], 0.2f),
            Node("ConvTranspose", "x w b", "c", Ints("pads", 1, 1, 1, 1), Ints("strides", 2, 2)), Node("BatchNormalization", "c scale shift mean var", "n"), Node("Clip", "n low high", "y"));
        AssertEqualsStock(dense, 1, ("x", Random(3, 480), [1, 4, 10, 12]));
    }

    [ProviderFact]
    public void Run_AddedBias_EqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 8, 6, 5]), new Output("y", [1, 4, 12, 10]), Weight("w", 1, 0.3, 12, 8, 4, 2, 2), Floats("b", [1, 4, 1, 1], Random(2, 4)),
            Node("ConvTranspose", "x w", "c", Ints("strides", 2, 2)), Node("Add", "c b", "a"), Node("Relu", "a", "y"));
        dense.Proto.Graph.ValueInfo.Add(new ValueInfoProto { Name = "c", Type = dense.Proto.Graph.Output[0].Type.Clone() });
        AssertEqualsStock(dense, 1, ("x", Random(3, 240), [1, 8, 6, 5]));
    }

    [ProviderTheory]
    [InlineData(1, ModelForm.Portable)]
    [InlineData(2, ModelForm.Portable)]
    [InlineData(2, ModelForm.Packed)]
    public void Run_PrunedAndSharedWithCodebooksOfInputChannels_EqualsStock(int groups, ModelForm form)
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 8, 6, 5]), new Output("y", []), Floats("w", [8, 6, 3, 3], Random(1, 8 * 6 * 9)), Node("ConvTranspose", "x w", "y", Ints("strides", 2, 2), Attribute("group", groups)));
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        WeightOptions weights = new() { Pruning = new() { Sparsity = 0.6 }, WeightSharing = new SharingOptions { Bits = 5, Groups = 4 } };
        OnnxModel compressed = ModelCompressor.Compress(dense, new CompressionOptions { Form = form, MinElements = 1, Default = weights }).Model;
        (string, float[], long[]) x = ("x", Random(3, 240), [1, 8, 6, 5]);

        float[][] actual = Run(compressed, ClaimAll, out DeepCompressionReport? report, x);

        NodeDecision decision = Assert.Single(report!.Decisions);
        Assert.True(decision is { IsClaimed: true, OpType: "ConvTranspose" }, report.ToString());
        AssertClose(Run(ModelUnpacker.Unpack(compressed), null, out _, x), actual);
    }

    [ProviderFact]
    public void Report_TooManyCentroidsOfTheInputs_SaysWhy()
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 8, 6, 5]), new Output("y", []), Floats("w", [8, 30, 3, 3], Random(1, 8 * 30 * 9)), Node("ConvTranspose", "x w", "y"));
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        CompressionOptions options = new() { Form = ModelForm.Portable, MinElements = 1, Default = new WeightOptions { WeightSharing = new SharingOptions { Bits = 7, Groups = 4 } } };
        Run(ModelCompressor.Compress(dense, options).Model, ClaimAll, out DeepCompressionReport? report, ("x", Random(3, 240), [1, 8, 6, 5]));
        Assert.Equal("the 4 codebooks of the inputs have more than 256 centroids together", Assert.Single(report!.Decisions).Reason);
    }

    [ProviderFact]
    public void Run_NetworkThatReducesAndEnlarges_EqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [2, 3, 32, 40]), new Output("y", []),
            Weight("w1", 1, 0.5, 30, 16, 3, 3, 3), Weight("w2", 2, 0.3, 30, 32, 16, 3, 3), Weight("w3", 3, 0.3, 30, 32, 16, 4, 4), Weight("w4", 4, 0.3, 30, 32, 1, 4, 4), Weight("w5", 5, 0.3, 30, 32, 5, 2, 2), Floats("b5", [5], Random(6, 5)),
            Floats("scale", [16], Random(7, 16)), Floats("shift", [16], Random(8, 16)), Floats("mean", [16], Random(9, 16)), Floats("var", [16], [.. Random(10, 16).Select(v => v + 1)]),
            Node("Conv", "x w1", "a", Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1)), Node("Relu", "a", "r1"),
            Node("Conv", "r1 w2", "c", Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1)), Node("LeakyRelu", "c", "r2"),
            Node("ConvTranspose", "r2 w3", "d", Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1)), Node("BatchNormalization", "d scale shift mean var", "n"), Node("Relu", "n", "r3"),
            Node("Concat", "r3 r1", "s", Attribute("axis", 1)),
            Node("ConvTranspose", "s w4", "e", Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1), Attribute("group", 32)), Node("Relu", "e", "r4"),
            Node("ConvTranspose", "r4 w5 b5", "f", Ints("strides", 2, 2)), Node("Sigmoid", "f", "y"));
        AssertEqualsStock(dense, 5, ("x", Random(3, 2 * 3 * 32 * 40), [2, 3, 32, 40]));
    }

    [ProviderFact]
    public void Run_SizesThatTheModelLeavesOpen_EqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [-1, 6, -1, -1]), new Output("y", []), Weight("w", 1, 0.4, 20, 6, 5, 4, 4), Node("ConvTranspose", "x w", "c", Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1)), Node("Relu", "c", "y"));
        AssertEqualsStock(dense, 1, ("x", Random(3, 3 * 6 * 9 * 4), [3, 6, 9, 4]));
    }

    [ProviderFact]
    public void Run_CompressedModel_ClaimsWhatFollowsATransposedConvolution()
    {
        // The size of the second input follows from the first operator's attributes: the session learns it from the model.
        OnnxModel dense = Model(Opset, new Input("x", [1, 64, 20, 20]), new Output("y", []), Weight("w1", 1, 0.05, 20, 64, 64, 2, 2), Weight("w2", 2, 0.05, 20, 64, 32, 4, 4),
            Node("ConvTranspose", "x w1", "a", Ints("strides", 2, 2)), Node("Relu", "a", "r"), Node("ConvTranspose", "r w2", "y", Ints("strides", 2, 2), Ints("output_shape", 81, 80)));
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        (string, float[], long[]) x = ("x", Random(3, 64 * 400), [1, 64, 20, 20]);
        using SessionOptions options = new();
        DeepCompressionReport report = options.AppendDeepCompression(new DeepCompressionOptions { Required = true, Threads = 1 });

        using InferenceSession session = CompressedModel.CreateSession(Compress(dense, ModelForm.Packed), options);

        Assert.Equal(2, report.Decisions.Count(decision => decision is { IsClaimed: true, IsDecodedOnly: false }));
        AssertClose(Run(dense, null, out _, x), Run(session, x));
    }

    [ProviderFact]
    public void Run_SeveralThreads_ClaimsWhatPaysByLittle()
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 64, 32, 32]), new Output("y", [1, 3, 64, 64]), Weight("w", 1, 0.1, 31, 64, 3, 4, 4), Node("ConvTranspose", "x w", "y", Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1)));
        var x = ("x", Random(3, 64 * 1024), new long[] { 1, 64, 32, 32 });

        float[][] actual = Run(Compress(dense, ModelForm.Portable), new DeepCompressionOptions { Required = true, Threads = 2 }, out var report, x);

        NodeDecision decision = Assert.Single(report!.Decisions);
        Assert.True(decision.IsClaimed, decision.Reason);
        Assert.StartsWith("expected 1.4 times", decision.Reason, StringComparison.Ordinal);
        AssertClose(Run(dense, null, out _, x), actual);
    }

    [ProviderFact]
    public void Run_Autotuned_MeasuresAndEqualsStock()
    {
        OnnxModel dense = Model(Opset, new Input("x", [1, 32, 12, 12]), new Output("y", [1, 16, 24, 24]), Weight("w", 1, 0.5, 20, 32, 16, 4, 4), Node("ConvTranspose", "x w", "c", Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1)), Node("Relu", "c", "y"));
        var x = ("x", Random(3, 32 * 144), new long[] { 1, 32, 12, 12 });

        float[][] actual = Run(Compress(dense, ModelForm.Portable), new DeepCompressionOptions { Required = true, Autotune = true }, out var report, x);

        Assert.StartsWith("measured", Assert.Single(report!.Decisions).Reason, StringComparison.Ordinal);
        AssertClose(Run(dense, null, out _, x), actual);
    }

    [ProviderFact]
    public void Report_WhatThereIsNoKernelFor_SaysWhy()
    {
        AssertDeclined("the transposed convolution is 3-D", [1, 4, 3, 3, 3], [4, 2, 2, 2, 2]);
        AssertDeclined("the pads depend on a size that the model does not say", [1, 4, -1, 3], [4, 2, 2, 2], Ints("output_shape", 4, 4));
        AssertDeclined("there is no kernel for strides of 100 x 100", [1, 4, 2, 2], [4, 2, 2, 2], Ints("strides", 100, 100));
    }

    private static void AssertDeclined(string reason, long[] input, long[] weight, params AttributeProto[] attributes)
    {
        OnnxModel dense = Model(Opset, new Input("x", input), new Output("y", []), Weight("w", 1, 0.4, 20, weight), Node("ConvTranspose", "x w", "y", attributes));
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        DeepCompressionReport report = options.AppendDeepCompression(ClaimAll);
        using InferenceSession session = new(Compress(dense, ModelForm.Portable).ToBytes(), options);
        Assert.Equal(reason, Assert.Single(report.Decisions).Reason);
    }
}
