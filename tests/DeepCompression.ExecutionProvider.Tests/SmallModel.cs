using System.Runtime.InteropServices;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.ExecutionProvider.Tests;

/// <summary>The smallest model with a weight of ours: y = relu(x Wᵀ), all numbers whole so that sums are exact.</summary>
internal static class SmallModel
{
    /// <summary>Writes the model out, function body and all.</summary>
    public static byte[] Create(int outputs, int inputs)
    {
        byte[] codes = new byte[outputs * inputs];
        Random random = new(20151001);
        for (int i = 0; i < codes.Length; i++)
            codes[i] = (byte)(random.NextDouble() < 0.1 ? random.Next(1, 16) : 0);
        float[] codebook = [.. Enumerable.Range(0, 16).Select(i => (float)i)];

        ModelProto model = new()
        {
            IrVersion = 8,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 }, new OperatorSetIdProto { Domain = NodeDomain.Name, Version = 1 } },
            Functions = { SharedWeightBody() },
            Graph = new GraphProto
            {
                Name = "small",
                Input = { Value("x", inputs) },
                Output = { Value("y", outputs) },
                Initializer =
                {
                    new TensorProto { Name = "codes", DataType = (int)DataType.Uint8, Dims = { codes.Length }, RawData = ByteString.CopyFrom(codes) },
                    new TensorProto { Name = "codebook", DataType = (int)DataType.Float, Dims = { 1, 16 }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(codebook)) },
                    new TensorProto { Name = "shape", DataType = (int)DataType.Int64, Dims = { 2 }, Int64Data = { outputs, inputs } },
                    new TensorProto { Name = "layout", DataType = (int)DataType.Int64, Dims = { 1 }, Int64Data = { 8 } },
                },
                Node =
                {
                    new NodeProto { OpType = "SharedWeight", Domain = NodeDomain.Name, Name = "weight", Input = { "codes", "codebook", "shape", "layout" }, Output = { "W" } },
                    new NodeProto { OpType = "Gemm", Name = "gemm", Input = { "x", "W" }, Output = { "product" }, Attribute = { Int("transB", 1) } },
                    new NodeProto { OpType = "Relu", Name = "relu", Input = { "product" }, Output = { "y" } },
                },
            },
        };
        return model.ToByteArray();
    }

    private static FunctionProto SharedWeightBody() => new()
    {
        Name = NodeDomain.SharedWeight,
        Domain = NodeDomain.Name,
        Input = { "codes", "codebook", "shape", "layout" },
        Output = { "W" },
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } },
        Node =
        {
            new NodeProto { OpType = "Cast", Input = { "codes" }, Output = { "i" }, Attribute = { Int("to", (int)DataType.Int32) } },
            new NodeProto { OpType = "Squeeze", Input = { "codebook" }, Output = { "c" } },
            new NodeProto { OpType = "Gather", Input = { "c", "i" }, Output = { "v" } },
            new NodeProto { OpType = "Reshape", Input = { "v", "shape" }, Output = { "W" } },
        },
    };

    private static AttributeProto Int(string name, long value) => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    private static ValueInfoProto Value(string name, int columns) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)DataType.Float,
                Shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "batch" }, new TensorShapeProto.Types.Dimension { DimValue = columns } } },
            },
        },
    };
}
