using System.Runtime.InteropServices;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>A packed weight whose reader there is no kernel for, in a session of plain options: it is decoded once, and a run must not pay more than a copy.</summary>
internal static class PackedRow
{
    private const int Side = 2048; // 16 MB of float32

    /// <summary>Adds the row: a run, against one of the dense model and a copy of the weight.</summary>
    public static void Add(BenchTable table)
    {
        OnnxModel dense = Dense();
        OnnxModel packed = ModelCompressor.Compress(dense, new CompressionOptions { Form = ModelForm.Packed }).Model;
        using SessionOptions options = new() { IntraOpNumThreads = 1 }, stockOptions = new() { IntraOpNumThreads = 1 };
        options.AppendDeepCompression(new DeepCompressionOptions { Required = true });
        using ModelSession ours = new(new InferenceSession(packed.ToBytes(), options), "x", [1]);
        using ModelSession stock = new(new InferenceSession(dense.ToBytes(), stockOptions), "x", [1]);
        if (!ours.Output().AsSpan().SequenceEqual(stock.Output()))
            throw new InvalidDataException("the packed weight is not the dense one");

        float[] from = new float[Side * Side], to = new float[Side * Side];
        (double run, double without) = Stopwatches.Alternate(ours.Run, stock.Run, minimumMilliseconds: 40);
        double copy = Stopwatches.Alternate(() => from.CopyTo(to, 0), stock.Run, minimumMilliseconds: 40).First;
        table.Add(BenchRow.Faster("a packed weight without a kernel, against the dense one and a copy of it", run, without + copy, "ms", 1, "16 MB of float32, one thread"));
    }

    private static OnnxModel Dense()
    {
        float[] values = new float[Side * Side];
        Random random = new(3);
        for (int i = 0; i < values.Length; i++)
            values[i] = random.Next(16) * 0.25f;
        GraphProto graph = new()
        {
            Name = "packed",
            Initializer = { new TensorProto { Name = "w", DataType = (int)TensorProto.Types.DataType.Float, Dims = { Side, Side }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)) } },
            Node = { new NodeProto { OpType = "Mul", Name = "mul", Input = { "x", "w" }, Output = { "y" } } },
            Input = { Value("x", 1) },
            Output = { Value("y", Side, Side) },
        };
        return new OnnxModel(new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } }, Graph = graph });
    }

    private static ValueInfoProto Value(string name, params long[] shape)
    {
        TypeProto.Types.Tensor tensor = new() { ElemType = (int)TensorProto.Types.DataType.Float, Shape = new TensorShapeProto() };
        tensor.Shape.Dim.AddRange(shape.Select(dimension => new TensorShapeProto.Types.Dimension { DimValue = dimension }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
