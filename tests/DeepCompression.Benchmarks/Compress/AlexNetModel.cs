using System.Runtime.InteropServices;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Benchmarks.Compress;

/// <summary>
/// The weights of AlexNet by number and shape, drawn from a Laplace distribution, as trained layers about are. How dense
/// each layer is after pruning and how many bits its codes have is Han et al. 2016, table 4.
/// </summary>
internal static class AlexNetModel
{
    private const int Pieces = 64; // each with its own seed, so that the weights can be made on all cores

    /// <summary>The layers: name, shape, density after pruning, bits a code.</summary>
    public static readonly (string Name, long[] Shape, double Density, int Bits)[] Layers =
    [
        ("conv1", [96, 3, 11, 11], 0.84, 8),
        ("conv2", [256, 48, 5, 5], 0.38, 8),
        ("conv3", [384, 256, 3, 3], 0.35, 8),
        ("conv4", [384, 192, 3, 3], 0.37, 8),
        ("conv5", [256, 192, 3, 3], 0.37, 8),
        ("fc6", [4096, 9216], 0.09, 5),
        ("fc7", [4096, 4096], 0.09, 5),
        ("fc8", [1000, 4096], 0.25, 5),
    ];

    /// <summary>Makes the dense network, 61 million weights: input 1x3x227x227, output 1x1000.</summary>
    public static OnnxModel Create()
    {
        GraphProto graph = new() { Name = "alexnet" };
        graph.Input.Add(Value("data", 1, 3, 227, 227));
        graph.Output.Add(Value("fc8", 1, 1000));
        int seed = 1;
        foreach ((string name, long[] shape, _, _) in Layers)
        {
            graph.Initializer.Add(Tensor(name + ".weight", shape, seed++));
            graph.Initializer.Add(Tensor(name + ".bias", [shape[0]], seed++));
        }

        string x = Pool(graph, Relu(graph, Conv(graph, "data", "conv1", stride: 4, pad: 0, groups: 1)));
        x = Pool(graph, Relu(graph, Conv(graph, x, "conv2", stride: 1, pad: 2, groups: 2)));
        x = Relu(graph, Conv(graph, x, "conv3", stride: 1, pad: 1, groups: 1));
        x = Relu(graph, Conv(graph, x, "conv4", stride: 1, pad: 1, groups: 2));
        x = Pool(graph, Relu(graph, Conv(graph, x, "conv5", stride: 1, pad: 1, groups: 2)));
        x = Add(graph, "Flatten", "flatten", [x]);
        x = Relu(graph, Linear(graph, x, "fc6"));
        x = Relu(graph, Linear(graph, x, "fc7"));
        Linear(graph, x, "fc8");
        return new OnnxModel(new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } }, Graph = graph });
    }

    private static string Conv(GraphProto graph, string x, string name, int stride, int pad, int groups) => Add(
        graph, "Conv", name, [x, name + ".weight", name + ".bias"], Ints("strides", stride, stride), Ints("pads", pad, pad, pad, pad), Int("group", groups));

    private static string Linear(GraphProto graph, string x, string name) => Add(graph, "Gemm", name, [x, name + ".weight", name + ".bias"], Int("transB", 1));

    private static string Relu(GraphProto graph, string x) => Add(graph, "Relu", x + ".relu", [x]);

    private static string Pool(GraphProto graph, string x) => Add(graph, "MaxPool", x + ".pool", [x], Ints("kernel_shape", 3, 3), Ints("strides", 2, 2));

    private static string Add(GraphProto graph, string op, string name, string[] inputs, params AttributeProto[] attributes)
    {
        graph.Node.Add(new NodeProto { OpType = op, Name = name, Input = { inputs }, Output = { name }, Attribute = { attributes } });
        return name;
    }

    private static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    private static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    private static ValueInfoProto Value(string name, params long[] shape) => new()
    {
        Name = name,
        Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = new TensorShapeProto { Dim = { shape.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }) } } } },
    };

    private static TensorProto Tensor(string name, long[] shape, int seed)
    {
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        double scale = Math.Sqrt(1.0 / shape.Skip(1).Aggregate(1L, (a, b) => a * b)) / 2;
        Parallel.For(0, Pieces, piece =>
        {
            Random random = new((seed * Pieces) + piece);
            for (long i = (long)values.Length * piece / Pieces; i < (long)values.Length * (piece + 1) / Pieces; i++)
            {
                double uniform = random.NextDouble() - 0.5;
                values[i] = (float)(-scale * Math.Sign(uniform) * Math.Log(1 - (2 * Math.Abs(uniform))));
            }
        });
        return new TensorProto { Name = name, DataType = 1, Dims = { shape }, RawData = UnsafeByteOperations.UnsafeWrap(MemoryMarshal.AsBytes(values.AsSpan()).ToArray()) };
    }
}
