using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime.Messages;
using DeepCompression.OnnxRuntime.Planning;
using Microsoft.ML.OnnxRuntime;
using static DeepCompression.Onnx.Tests.Graphs;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>Normalizations that go into dense weights before the session is created.</summary>
[Collection(ProviderCollection.Name)]
public sealed class FoldedNormalizationTests
{
    private static readonly DeepCompressionOptions _claimNone = new() { Required = true, MinimumSpeedup = 1e9 };
    private static readonly (string, float[], long[]) _x = ("x", Random(1, 8 * 36), [1, 8, 6, 6]);

    [ProviderTheory]
    [InlineData(ModelForm.Portable, false, 1)]
    [InlineData(ModelForm.Portable, true, 1)]
    [InlineData(ModelForm.Packed, true, 1)]
    [InlineData(ModelForm.Packed, true, 4)]
    public void CreateSession_NormalizationBehindDenseWeight_GoesIntoIt(ModelForm form, bool hasBias, int groups)
    {
        OnnxModel dense = Network(hasBias ? "x w bias" : "x w", groups);
        ModelProto written = AssertEqualsStock(dense, form);
        Assert.Equal(["Conv", "LeakyRelu"], written.Graph.Node.Select(node => node.OpType));
        Assert.Equal(hasBias ? 2 : 3, written.Graph.Initializer.Count); // nobody reads the third, as before
    }

    [ProviderFact]
    public void CreateSession_NormalizationOfOneDimension_GoesIntoTheWeight()
    {
        OnnxModel dense = Model(17, [new Input("x", [1, 8, 36]), new Output("y", [1, 12, 36]), Weight("w", 1, 0.4, 20, 12, 8, 3), .. Parameters(),
            Node("Conv", "x w", "a", Ints("pads", 1, 1)), Node("BatchNormalization", "a gamma beta mean variance", "y", Float("epsilon", 0.01f))]);
        Assert.Equal("Conv", Assert.Single(AssertEqualsStock(dense, ModelForm.Portable, ("x", Random(1, 8 * 36), [1, 8, 36])).Graph.Node).OpType);
    }

    [ProviderFact]
    public void CreateSession_ConstantsThatAreInputsInOldFiles_GoIntoTheWeight()
    {
        OnnxModel portable = Compress(Network("x w bias"), ModelForm.Portable);
        portable.Proto.IrVersion = 3;
        foreach (TensorProto tensor in portable.Proto.Graph.Initializer)
            portable.Proto.Graph.Input.Add(new ValueInfoProto { Name = tensor.Name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = tensor.DataType, Shape = new TensorShapeProto { Dim = { tensor.Dims.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }) } } } } });
        portable.Proto.Functions.Clear(); // of later versions

        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = CompressedModel.CreateSession(portable, options, _claimNone);

        AssertClose(Run(Network("x w bias"), null, out _, _x), Run(session, _x));
        Assert.Equal(["x"], session.InputNames);
    }

    [ProviderTheory]
    [InlineData("beta of two")]
    [InlineData("product is an output")]
    [InlineData("weight of two")]
    [InlineData("mean is an input")]
    [InlineData("float64")]
    public void CreateSession_SomethingElseReadsWhatWouldChange_LeavesTheNormalization(string reason)
    {
        OnnxModel dense = Network("x w bias");
        GraphProto graph = dense.Proto.Graph;
        (string, float[], long[])[] inputs = [_x];
        switch (reason)
        {
            case "beta of two":
                graph.Node.Add(Node("Conv", "x w2", "b", Ints("pads", 1, 1, 1, 1)));
                graph.Initializer.Add(Weight("w2", 5, 0.4, 20, 12, 8, 3, 3));
                graph.Node.Add(Node("BatchNormalization", "b gamma beta mean variance", "z"));
                graph.Output.Add(new ValueInfoProto { Name = "z", Type = graph.Output[0].Type.Clone() });
                break;
            case "product is an output":
                graph.Output.Add(new ValueInfoProto { Name = "a", Type = graph.Output[0].Type.Clone() });
                break;
            case "weight of two":
                graph.Node.Add(Node("Conv", "x w", "z", Ints("pads", 1, 1, 1, 1)));
                graph.Output.Add(new ValueInfoProto { Name = "z", Type = graph.Output[0].Type.Clone() });
                break;
            case "mean is an input":
                graph.Initializer.Remove(graph.Initializer.Single(tensor => tensor.Name == "mean"));
                graph.Input.Add(new ValueInfoProto { Name = "mean", Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimValue = 12 } } } } } });
                inputs = [_x, ("mean", Random(8, 12), [12])];
                break;
            default:
                graph.Node[0].Input[1] = "w32";
                graph.Initializer.Single(tensor => tensor.Name == "w").DataType = (int)TensorProto.Types.DataType.Double;
                graph.Initializer.Single(tensor => tensor.Name == "w").RawData = Google.Protobuf.ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes<double>(Array.ConvertAll(Random(1, 12 * 8 * 9), value => (double)MathF.Round(value * 8))));
                graph.Node.Insert(0, Node("Cast", "w", "w32", Attribute("to", 1)));
                break;
        }

        Assert.Equal(dense.Proto.Graph.Node.Count(node => node.OpType == "BatchNormalization"), AssertEqualsStock(dense, ModelForm.Portable, inputs).Graph.Node.Count(node => node.OpType == "BatchNormalization"));
    }

    [ProviderFact]
    public void CreateSession_DamagedWeightBeforeNormalization_NamesTheNode()
    {
        OnnxModel packed = Compress(Network("x w bias"), ModelForm.Packed);
        TensorProto blob = packed.Proto.Graph.Initializer.First(tensor => tensor.Name.StartsWith('w'));
        byte[] bytes = blob.RawData.ToByteArray();
        bytes[^20] ^= 0x55;
        blob.RawData = Google.Protobuf.ByteString.CopyFrom(bytes);
        using SessionOptions options = new();
        var error = Assert.Throws<InvalidDataException>(() => CompressedModel.CreateSession(packed, options, _claimNone));
        Assert.Contains("PackedWeight", error.Message, StringComparison.Ordinal);
    }

    private static TensorProto[] Parameters() =>
        [Floats("gamma", [12], Random(3, 12)), Floats("beta", [12], Random(4, 12)), Floats("mean", [12], Random(5, 12)), Floats("variance", [12], Array.ConvertAll(Random(6, 12), value => MathF.Abs(value) + 0.1f)), Floats("bias", [12], Random(7, 12))];

    private static OnnxModel Network(string convolution, int groups = 1) => Model(17, [new Input("x", [1, 8, 6, 6]), new Output("y", [1, 12, 6, 6]),
        Weight("w", 1, 0.4, 20, 12, 8 / groups, 3, 3), .. Parameters(), Node("Conv", convolution, "a", Ints("pads", 1, 1, 1, 1), Attribute("group", groups)), Node("BatchNormalization", "a gamma beta mean variance", "n"), Node("LeakyRelu", "n", "y", Float("alpha", 0.1f))]);

    /// <summary>Compares with the dense model on stock; returns what the session is created from.</summary>
    private static ModelProto AssertEqualsStock(OnnxModel dense, ModelForm form, params (string Name, float[] Values, long[] Shape)[] inputs)
    {
        inputs = inputs.Length == 0 ? [_x] : inputs;
        OnnxModel compressed = Compress(dense, form);
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = CompressedModel.CreateSession(compressed, options, _claimNone);
        AssertClose(Run(dense, null, out _, inputs), Run(session, inputs));

        ModelMessage message = FullParser.Outline(compressed.ToBytes(), null);
        using SessionTensors tensors = new(DeepCompressionProvider.Runtime!);
        using SessionModel written = new(ModelPlan.Make(message, _claimNone, 1, new DeepCompressionReport()), tensors);
        return ModelProto.Parser.ParseFrom(written.Write());
    }
}
