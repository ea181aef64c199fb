using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Messages;
using DeepCompression.OnnxRuntime.Planning;
using Microsoft.ML.OnnxRuntime;
using static DeepCompression.Onnx.Tests.Graphs;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>Optimizers that a session goes without: only those that would find nothing, and those that the caller names.</summary>
[Collection(ProviderCollection.Name)]
public sealed class IdleOptimizersTests
{
    [Theory]
    [InlineData("Relu", true, true)]
    [InlineData("MatMul", false, true)]
    [InlineData("QuantizeLinear", true, false)]
    public void Find_Operators_LeavesTheirOptimizersIn(string operatorType, bool leavesOutProducts, bool leavesOutQuantization)
    {
        OnnxModel model = Model(17, new Input("x", [2, 2]), new Output("y", []), Node(operatorType, operatorType == "Relu" ? "x" : "x x", "y"));
        string[] found = [.. IdleOptimizers.Find(new ModelMessage(model.ToBytes(), null))];
        Assert.Equal(leavesOutProducts, found.Contains("MatMulAddFusion"));
        Assert.Equal(leavesOutQuantization, found.Contains("QDQSelectorActionTransformer"));
    }

    [Fact]
    public void Find_OperatorsOfFunctions_LeavesEverythingIn()
    {
        OnnxModel model = Model(17, new Input("x", [2, 2]), new Output("y", []), Node("Relu", "x", "y"));
        model.Proto.Functions.Add(new DeepCompression.Onnx.Schema.FunctionProto { Name = "F", Domain = "another" });
        Assert.Empty(IdleOptimizers.Find(new ModelMessage(model.ToBytes(), null)));
    }

    [ProviderFact]
    public void CreateSession_OperatorsThatAreFusedOtherwise_AreFusedAsInTheDenseModel()
    {
        OnnxModel model = Small();
        Assert.Equal(["FusedConv", "Gemm"], Operators(model, options => { }).Intersect(["Conv", "FusedConv", "MatMul", "Gemm"]));
    }

    [ProviderFact]
    public void CreateSession_OptimizersThatTheCallerLeavesOut_StayOut()
    {
        OnnxModel model = Small();
        Assert.Equal(
            ["Conv", "MatMul"],
            Operators(model, options => options.AddSessionConfigEntry(IdleOptimizers.Entry, "ConvActivationFusion;MatMulAddFusion")).Intersect(["Conv", "FusedConv", "MatMul", "Gemm"]));
    }

    // Weights too small to be worth computing with; one too small to be packed at all.
    private static OnnxModel Small() => Compress(
        Model(
            17, new Input("x", [1, 4, 6, 6]), new Output("y", []), Weight("w", 1, 1, 200, 8, 4, 3, 3), Weight("v", 2, 1, 20, 4, 3), Weight("b", 3, 1, 3, 3),
            Node("Conv", "x w", "c"), Node("Relu", "c", "r"), Node("ReduceMax", "r", "m", Ints("axes", 1, 2), Attribute("keepdims", 0)), Node("MatMul", "m v", "p"), Node("Add", "p b", "y")),
        ModelForm.Portable);

    private static string[] Operators(OnnxModel model, Action<SessionOptions> set)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, OptimizedModelFilePath = path, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_EXTENDED };
            set(options);
            CompressedModel.CreateSession(model, options, new DeepCompressionOptions { Required = true, MinimumSpeedup = 1e9 }).Dispose();
            return [.. OnnxModel.Load(path).Proto.Graph.Node.Select(node => node.OpType)];
        }
        finally
        {
            File.Delete(path);
        }
    }
}
