using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Microsoft.ML.OnnxRuntime;
using static DeepCompression.Onnx.Tests.Graphs;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>Convolutions whose pads follow from the size of their input, which the plan has to know rightly.</summary>
[Collection(ProviderCollection.Name)]
public sealed class AutomaticPadsTests
{
    [ProviderTheory]
    [InlineData(4)]
    [InlineData(5)] // the last window would begin behind the image
    [InlineData(7)]
    public void Run_BehindPoolingThatRoundsUp_EqualsStock(int size)
    {
        OnnxModel dense = Model(17, new Input("x", [1, 4, size, size]), new Output("y", []), Weight("w", 1, 0.3, 20, 8, 4, 3, 3),
            Node("MaxPool", "x", "a", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1), Attribute("ceil_mode", 1)), Node("Conv", "a w", "y", Ints("strides", 2, 2), Text("auto_pad", "SAME_UPPER")));
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = CompressedModel.CreateSession(Compress(dense, ModelForm.Portable), options, ClaimAll);
        (string, float[], long[]) x = ("x", Random(1, 4 * size * size), [1, 4, size, size]);
        AssertClose(Run(dense, null, out _, x), Run(session, x));
    }

    [ProviderTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_SizesThatTheFileSaysWrongly_AreRefused(bool isConcatenated)
    {
        OnnxModel dense = Model(17, new Input("x", [1, 4, -1, -1]), new Output("y", []), Weight("w", 1, 0.3, 20, 8, 4, 3, 3), Weight("v", 2, 0.3, 20, 8, 4, 3, 3),
            Node("Relu", "x", "a"), Node("Conv", "a w", isConcatenated ? "b" : "y", Ints("strides", 2, 2), Text("auto_pad", "SAME_UPPER")));
        if (isConcatenated)
            dense.Proto.Graph.Node.AddRange([Node("Conv", "a v", "c", Ints("strides", 2, 2), Text("auto_pad", "SAME_UPPER")), Node("Concat", "b c", "y", Attribute("axis", 1))]);
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        ValueInfoProto declared = dense.Proto.Graph.Input[0].Clone(); // of another export
        declared.Name = "a";
        declared.Type.TensorType.Shape.Dim[2].DimValue = declared.Type.TensorType.Shape.Dim[3].DimValue = 6;
        dense.Proto.Graph.ValueInfo.Add(declared);
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using InferenceSession session = CompressedModel.CreateSession(Compress(dense, ModelForm.Portable), options, ClaimAll);
        (string, float[], long[]) right = ("x", Random(1, 144), [1, 4, 6, 6]), wrong = ("x", Random(1, 196), [1, 4, 7, 7]);

        AssertClose(Run(dense, null, out _, right), Run(session, right));
        var error = Assert.Throws<OnnxRuntimeException>(() => Run(session, wrong));
        Assert.Contains("was planned for inputs of 6 x 6; found 7 x 7", error.Message, StringComparison.Ordinal);
    }
}
