using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using static DeepCompression.Onnx.Tests.Graphs;
using static DeepCompression.OnnxRuntime.Tests.ExecutionProvider.ProviderModels;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

/// <summary>Models that cannot be run: what is wrong is said, by whoever finds it.</summary>
[Collection(ProviderCollection.Name)]
public sealed class ImpossibleModelTests
{
    [ProviderTheory]
    [InlineData("Transpose", true)]
    [InlineData("Flatten", true)]
    [InlineData("MaxPool stride", true)]
    [InlineData("MaxPool kernel", false)] // ONNX Runtime creates the session
    [InlineData("Conv strides", true)]
    [InlineData("Conv pads", true)]
    public void CreateSession_AttributeOutOfRange_NamesTheNode(string attribute, bool isRefused)
    {
        NodeProto odd = attribute switch
        {
            "Transpose" => Node("Transpose", "a", "b", Ints("perm", 0, 1, 2, 9)),
            "Flatten" => Node("Flatten", "a", "b", Attribute("axis", -9)),
            "MaxPool stride" => Node("MaxPool", "a", "b", Ints("kernel_shape", 2, 2), Ints("strides", 0, 0)),
            "MaxPool kernel" => Node("MaxPool", "a", "b", Ints("kernel_shape", 1L << 40, 2)),
            "Conv strides" => Node("Conv", "a w2", "b", Ints("strides", 1L << 40, 1)),
            _ => Node("Conv", "a w2", "b", Ints("pads", 1L << 40, 1, 1, 1)),
        };
        odd.Name = "odd";
        OnnxModel dense = Model(17, new Input("x", [16, 8, 6, 6]), new Output("y", []), Weight("w", 1, 0.4, 20, 12, 8, 3, 3), Weight("w2", 1, 0.4, 20, 12, 12, 3, 3), Node("Conv", "x w", "a"), odd, Node("Relu", "b", "y"));
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

        Exception? error = Record.Exception(() => CompressedModel.CreateSession(Compress(dense, ModelForm.Packed), options, ClaimAll).Dispose());

        Assert.True(error is null or InvalidDataException or OnnxRuntimeException, error?.ToString());
        Assert.Equal(isRefused, error is not null);
        Assert.Contains(isRefused ? "odd" : "", error?.Message ?? "", StringComparison.Ordinal);
    }

    [ProviderTheory]
    [InlineData(0.0)]
    [InlineData(1e9)]
    public void CreateSession_NumbersThatAreCutOff_NamesFileAndTensor(double minimumSpeedup)
    {
        OnnxModel portable = Compress(Model(17, new Input("x", [1, 64]), new Output("y", [1, 32]), Weight("w", 1, 0.2, 20, 64, 32), Node("MatMul", "x w", "y")), ModelForm.Portable);
        TensorProto layout = portable.Proto.Graph.Initializer.Single(tensor => tensor.DataType == (int)TensorProto.Types.DataType.Int64 && tensor.Dims[0] == 3);
        long[] numbers = MemoryMarshal.Cast<byte, long>(layout.RawData.Span).ToArray();
        layout.ClearRawData();
        layout.Int64Data.AddRange(numbers);
        byte[] bytes = portable.ToBytes(), packed = [.. new TensorProto { Int64Data = { numbers } }.ToByteArray()];
        int place = bytes.AsSpan().IndexOf(packed);
        Assert.True(place >= 0);
        bytes[place + packed.Length - 1] |= 0x80; // the last number goes on, but nothing follows
        string path = Path.Combine(Directory.CreateTempSubdirectory("dc-model").FullName, "cut.onnx");
        try
        {
            File.WriteAllBytes(path, bytes);
            var error = Assert.Throws<InvalidDataException>(() => CompressedModel.CreateSession(path, null, ClaimAll with { MinimumSpeedup = minimumSpeedup }));
            Assert.StartsWith("cut.onnx: ", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [ProviderTheory]
    [InlineData(60_000, 30_000)]
    [InlineData(1_800_000_000, 0)]
    public void CreateSession_DenseWeightBeyondAnArray_NamesFileAndNode(long rows, long columns)
    {
        OnnxModel portable = Compress(Model(17, new Input("x", [1, 64]), new Output("y", [1, 32]), Weight("w", 1, 1, 20, 64, 32), Node("MatMul", "x w", "y")), ModelForm.Portable);
        TensorProto shape = portable.Proto.Graph.Initializer.Single(tensor => tensor.DataType == (int)TensorProto.Types.DataType.Int64 && tensor.Dims[0] == 2);
        long[] dimensions = columns == 0 ? [rows] : [rows, columns];
        shape.Dims[0] = dimensions.Length;
        shape.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<long>(dimensions));
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        var error = Assert.Throws<InvalidDataException>(() => CompressedModel.CreateSession(portable, options, ClaimAll with { MinimumSpeedup = 1e9 }));
        Assert.StartsWith("model: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("SharedWeight", error.Message, StringComparison.Ordinal);
    }

    [ProviderFact]
    public void CreateSession_PadsThatNoMemoryHolds_LeavesTheConvolution()
    {
        OnnxModel dense = Model(17, new Input("x", [1, 4, 6, 6]), new Output("y", []), Weight("w", 1, 0.3, 20, 8, 4, 3, 3), Node("Conv", "x w", "y", Ints("pads", 500_000_000, 1, 500_000_000, 1)));
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        OnnxModel packed = Compress(dense, ModelForm.Packed);
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        DeepCompressionReport report = options.AppendDeepCompression(ClaimAll);
        long before = GC.GetTotalAllocatedBytes();

        CompressedModel.CreateSession(packed, options).Dispose();

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100_000_000);
        Assert.Contains("output", Assert.Single(report.Decisions).Reason, StringComparison.Ordinal);
        Assert.False(report.Decisions[0].IsClaimed);
    }

    [ProviderFact]
    public void CreateSession_WeightOfTexts_NamesFileAndNode()
    {
        OnnxModel portable = Compress(Model(17, new Input("x", [1, 64]), new Output("y", [1, 32]), Weight("w", 1, 0.2, 20, 64, 32), Node("MatMul", "x w", "y")), ModelForm.Portable);
        portable.Proto.Graph.Initializer.Single(tensor => tensor.Name.EndsWith("gaps", StringComparison.Ordinal)).DataType = (int)TensorProto.Types.DataType.String;
        using SessionOptions options = new();
        var error = Assert.Throws<InvalidDataException>(() => CompressedModel.CreateSession(portable, options, ClaimAll));
        Assert.StartsWith("model: SparseWeight 'w': ", error.Message, StringComparison.Ordinal);
    }

    [ProviderTheory]
    [InlineData("Conv")]
    [InlineData("Relu")]
    public void CreateSession_OperatorThatYieldsNothing_IsLeftToTheRuntime(string opType)
    {
        OnnxModel packed = Compress(Model(17, new Input("x", [1, 4, 6, 6]), new Output("y", [1, 4, 6, 6]), Weight("w", 1, 0.3, 20, 8, 4, 3, 3), Node("Conv", "x w", "a"), Node("Relu", "a", "b"), Node("Sigmoid", "x", "y")), ModelForm.Packed);
        packed.Proto.Graph.Node.Single(node => node.OpType == opType).Output.Clear();
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        Exception? error = Record.Exception(() => CompressedModel.CreateSession(packed, options, ClaimAll).Dispose());
        Assert.True(error is null or OnnxRuntimeException, error?.ToString());
    }

    [ProviderFact]
    public void CreateSession_TwoWeightsOfOneName_NamesFileAndWeight()
    {
        OnnxModel packed = Compress(Model(17, new Input("x", [1, 64]), new Output("y", [1, 64]), Weight("w", 1, 0.2, 20, 64, 64), Weight("v", 2, 0.2, 20, 64, 64), Node("MatMul", "x w", "a"), Node("MatMul", "a v", "y")), ModelForm.Packed);
        packed.Proto.Graph.Node.Single(node => node.Output[0] == "v").Output[0] = "w";
        using SessionOptions options = new();
        var error = Assert.Throws<InvalidDataException>(() => CompressedModel.CreateSession(packed, options, ClaimAll with { MinimumSpeedup = 1e9 }));
        Assert.Equal("model: value 'w' is defined twice", error.Message);
    }

    [ProviderFact]
    public void CreateSession_ShapeBeyondNumbers_NamesFileAndTensor()
    {
        OnnxModel packed = Compress(Model(17, new Input("x", [1, 64]), new Output("y", [1, 64]), Weight("w", 1, 0.2, 20, 64, 64), Int64s("shape", [2], 1, 64), Node("MatMul", "x w", "a"), Node("Reshape", "a shape", "y")), ModelForm.Packed);
        packed.Proto.Graph.Initializer.Single(tensor => tensor.Name == "shape").Dims[0] = long.MaxValue;
        using SessionOptions options = new();
        var error = Assert.Throws<InvalidDataException>(() => CompressedModel.CreateSession(packed, options, ClaimAll));
        Assert.StartsWith("model: tensor 'shape': ", error.Message, StringComparison.Ordinal);
    }

    [ProviderFact]
    public void CreateSession_MoreImagesThanCanBeCounted_LeavesTheConvolution()
    {
        OnnxModel dense = Model(17, new Input("x", [1, 16, 8, 8]), new Output("y", []), Weight("w", 1, 1, 8, 16, 16, 3, 3), Node("Conv", "x w", "y", Ints("pads", 1, 1, 1, 1)));
        dense.Proto.Graph.Output[0].Type.TensorType.Shape = null;
        OnnxModel packed = Compress(dense, ModelForm.Packed);
        packed.Proto.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue = int.MaxValue;
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        DeepCompressionReport report = options.AppendDeepCompression(ClaimAll);
        CompressedModel.CreateSession(packed, options).Dispose();
        Assert.Contains("larger than can be counted", Assert.Single(report.Decisions).Reason, StringComparison.Ordinal);
    }
}
