using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.OnnxRuntime.Tests.Verification;

/// <summary>Small models, built in a few lines.</summary>
internal static class TestModels
{
    public static ModelProto Model(GraphProto graph) => new()
    {
        IrVersion = 8,
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } },
        Graph = graph,
    };

    /// <summary>y = x W + b with x: batch x inputs.</summary>
    public static ModelProto Gemm(float[] weight, int inputs, int outputs, float[]? bias = null) => Model(new GraphProto
    {
        Name = "gemm",
        Input = { Value("x", TensorProto.Types.DataType.Float, "batch", inputs) },
        Output = { Value("y", TensorProto.Types.DataType.Float, "batch", outputs) },
        Initializer = { Tensor("W", weight, inputs, outputs), Tensor("b", bias ?? new float[outputs], outputs) },
        Node = { new NodeProto { OpType = "Gemm", Name = "gemm", Input = { "x", "W", "b" }, Output = { "y" } } },
    });

    public static TensorProto Tensor(string name, float[] values, params long[] shape) => new()
    {
        Name = name,
        DataType = (int)TensorProto.Types.DataType.Float,
        Dims = { shape },
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)),
    };

    /// <summary>A declared input or output; a dimension is a number, or a symbol, or null for an open one without a name.</summary>
    public static ValueInfoProto Value(string name, TensorProto.Types.DataType type, params object?[] shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = new TensorShapeProto() };
        foreach (object? dimension in shape)
        {
            tensor.Shape.Dim.Add(dimension switch
            {
                int size => new TensorShapeProto.Types.Dimension { DimValue = size },
                string symbol => new TensorShapeProto.Types.Dimension { DimParam = symbol },
                _ => new TensorShapeProto.Types.Dimension(),
            });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
