using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx.Tests;

/// <summary>Builds small models inline.</summary>
internal static class Graphs
{
    public static OnnxModel Model(int opset, params object[] parts)
    {
        var proto = new ModelProto { IrVersion = 8, ProducerName = "tests", Graph = Graph("graph", parts) };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        return new OnnxModel(proto);
    }

    public static GraphProto Graph(string name, params object[] parts)
    {
        var graph = new GraphProto { Name = name };
        foreach (object part in parts)
        {
            switch (part)
            {
                case NodeProto node: graph.Node.Add(node); break;
                case TensorProto tensor: graph.Initializer.Add(tensor); break;
                case Input input: graph.Input.Add(Value(input.Name, input.Shape, input.Type)); break;
                case Output output: graph.Output.Add(Value(output.Name, output.Shape, output.Type)); break;
            }
        }

        return graph;
    }

    public static NodeProto Node(string type, string inputs, string outputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = type, Name = "" };
        node.Input.AddRange(inputs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(input => input == "_" ? "" : input));
        node.Output.AddRange(outputs.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        node.Attribute.AddRange(attributes);
        return node;
    }

    public static NodeProto Constant(string output, TensorProto tensor) => Node("Constant", "", output,
        new AttributeProto { Name = "value", T = tensor, Type = AttributeProto.Types.AttributeType.Tensor });

    public static AttributeProto Attribute(string name, GraphProto graph) => new() { Name = name, G = graph, Type = AttributeProto.Types.AttributeType.Graph };

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static TensorProto Floats(string name, long[] shape, params float[] values) => Raw(name, DataType.Float, shape, MemoryMarshal.AsBytes(values.AsSpan()));

    public static TensorProto Int64s(string name, long[] shape, params long[] values) => Raw(name, DataType.Int64, shape, MemoryMarshal.AsBytes(values.AsSpan()));

    public static TensorProto Raw(string name, DataType type, long[] shape, ReadOnlySpan<byte> bytes)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(shape);
        return tensor;
    }

    /// <summary>A tensor of normally distributed values, of which a part is +0.</summary>
    public static TensorProto Random(string name, int seed, double density, params long[] shape) =>
        Floats(name, shape, Values(seed, density, (int)shape.Aggregate(1L, (a, b) => a * b)));

    public static float[] Values(int seed, double density, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float value = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
            return random.NextDouble() < density ? value : 0f;
        })];
    }

    /// <summary>Y = X W with X of shape [rows of the batch, 8].</summary>
    public static OnnxModel MatMul(TensorProto weight, int opset = 17) =>
        Model(opset, new Input("X", [2, weight.Dims[0]]), new Output("Y", [2, weight.Dims[1]]), weight, Node("MatMul", $"X {weight.Name}", "Y"));

    private static ValueInfoProto Value(string name, long[] shape, DataType type)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.AddRange(shape.Select(dimension => new TensorShapeProto.Types.Dimension { DimValue = dimension }));
        return new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions } } };
    }

    internal sealed record Input(string Name, long[] Shape, DataType Type = DataType.Float);

    internal sealed record Output(string Name, long[] Shape, DataType Type = DataType.Float);
}
