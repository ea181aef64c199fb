using DeepCompression.ExecutionProvider;
using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime.Tests.Verification;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider;

public sealed class FirstTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Fact]
    public void Run_SharedGemm_EqualsStock()
    {
        byte[] model = Build();
        using SessionOptions options = new();
        DeepCompressionReport report = options.AppendDeepCompression(new DeepCompressionOptions { Required = true });
        using InferenceSession session = new(model, options);
        using InferenceSession stock = new(model);
        float[] x = new float[64];
        for (int i = 0; i < x.Length; i++)
            x[i] = i;
        float[] a = Run(session, x), b = Run(stock, x);
        output.WriteLine(report.ToString());
        output.WriteLine(string.Join(' ', a));
        output.WriteLine(string.Join(' ', b));
        Assert.Equal(b, a);
    }

    private static float[] Run(InferenceSession session, float[] x)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(x, [1, x.Length]);
        using RunOptions run = new();
        using var outputs = session.Run(run, ["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static byte[] Build()
    {
        const int n = 32, k = 64;
        byte[] codes = new byte[n * k];
        Random random = new(1);
        for (int i = 0; i < codes.Length; i++)
            codes[i] = (byte)(random.NextDouble() < 0.1 ? random.Next(1, 16) : 0);
        float[] codebook = [.. Enumerable.Range(0, 16).Select(i => (float)i)];
        ModelProto model = TestModels.Model(new GraphProto
        {
            Name = "g",
            Input = { TestModels.Value("x", DataType.Float, "batch", k) },
            Output = { TestModels.Value("y", DataType.Float, "batch", n) },
            Initializer =
            {
                new TensorProto { Name = "codes", DataType = (int)DataType.Uint8, Dims = { codes.Length }, RawData = ByteString.CopyFrom(codes) },
                TestModels.Tensor("codebook", codebook, 1, 16),
                new TensorProto { Name = "shape", DataType = (int)DataType.Int64, Dims = { 2 }, Int64Data = { n, k } },
                new TensorProto { Name = "layout", DataType = (int)DataType.Int64, Dims = { 1 }, Int64Data = { 8 } },
            },
            Node =
            {
                new NodeProto { OpType = "SharedWeight", Domain = "ai.deepcompression", Name = "w", Input = { "codes", "codebook", "shape", "layout" }, Output = { "W" } },
                new NodeProto { OpType = "Gemm", Name = "gemm", Input = { "x", "W" }, Output = { "g" }, Attribute = { new AttributeProto { Name = "transB", I = 1, Type = AttributeProto.Types.AttributeType.Int } } },
                new NodeProto { OpType = "Relu", Name = "relu", Input = { "g" }, Output = { "y" } },
            },
        });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.deepcompression", Version = 1 });
        model.Functions.Add(new FunctionProto
        {
            Name = "SharedWeight",
            Domain = "ai.deepcompression",
            Input = { "codes", "codebook", "shape", "layout" },
            Output = { "W" },
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } },
            Node =
            {
                new NodeProto { OpType = "Cast", Input = { "codes" }, Output = { "i" }, Attribute = { new AttributeProto { Name = "to", I = (int)DataType.Int32, Type = AttributeProto.Types.AttributeType.Int } } },
                new NodeProto { OpType = "Squeeze", Input = { "codebook" }, Output = { "c" } },
                new NodeProto { OpType = "Gather", Input = { "c", "i" }, Output = { "v" } },
                new NodeProto { OpType = "Reshape", Input = { "v", "shape" }, Output = { "W" } },
            },
        });
        return model.ToByteArray();
    }
}
