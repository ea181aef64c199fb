using System.Runtime.InteropServices;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider.Messages;

/// <summary>Makes messages with fields of every kind, which need not make sense together.</summary>
internal static class RandomModels
{
    private const int MostDepth = 2;

    public static ModelProto Make(Random random)
    {
        ModelProto model = new() { IrVersion = random.Next(3, 12), ProducerName = Text(random), DocString = Text(random), Graph = Graph(random, 0) };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = random.Next(1, 25) });
        if (random.Next(2) == 0)
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = NodeDomain.Name, Version = random.Next(1, 3) });
        return model;
    }

    private static GraphProto Graph(Random random, int depth)
    {
        GraphProto graph = new() { Name = Text(random), DocString = Text(random) };
        graph.Input.AddRange(Many(random, Value));
        graph.Output.AddRange(Many(random, Value));
        graph.ValueInfo.AddRange(Many(random, Value));
        graph.Initializer.AddRange(Many(random, Tensor));
        graph.Node.AddRange(Many(random, random => Node(random, depth)));
        return graph;
    }

    private static NodeProto Node(Random random, int depth)
    {
        if (random.Next(4) == 0)
            return new NodeProto { OpType = "Constant", Output = { Text(random) }, Attribute = { new AttributeProto { Name = "value", T = Tensor(random), Type = AttributeProto.Types.AttributeType.Tensor } } };
        NodeProto node = new() { Name = Text(random), OpType = Text(random), Domain = Text(random) };
        node.Input.AddRange(Many(random, Text));
        node.Output.AddRange(Many(random, Text));
        node.Attribute.AddRange(Many(random, random => Attribute(random, depth)));
        return node;
    }

    private static AttributeProto Attribute(Random random, int depth)
    {
        AttributeProto attribute = new() { Name = Text(random) };
        switch (random.Next(depth < MostDepth ? 8 : 6))
        {
            case 0: attribute.I = random.NextInt64(long.MinValue, long.MaxValue); break;
            case 1: attribute.F = (float)random.NextDouble() - 0.5f; break;
            case 2: attribute.S = ByteString.CopyFromUtf8(Text(random)); break;
            case 3: attribute.Ints.AddRange(Many(random, random => random.NextInt64(-3, 400))); break;
            case 4: attribute.Strings.AddRange(Many(random, random => ByteString.CopyFromUtf8(Text(random)))); break;
            case 5: attribute.T = Tensor(random); break;
            case 6: attribute.G = Graph(random, depth + 1); break;
            default: attribute.Graphs.AddRange(Many(random, random => Graph(random, depth + 1))); break;
        }

        return attribute;
    }

    private static TensorProto Tensor(Random random)
    {
        long[] shape = [.. Many(random, random => (long)random.Next(0, 5)).Take(3)];
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        values.AsSpan().Fill((float)random.NextDouble());
        TensorProto tensor = new() { Name = Text(random), DataType = (int)TensorProto.Types.DataType.Float, Dims = { shape }, DocString = Text(random) };
        if (random.Next(2) == 0)
            tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values));
        else
            tensor.FloatData.AddRange(values);
        return tensor;
    }

    private static ValueInfoProto Value(Random random)
    {
        ValueInfoProto value = new() { Name = Text(random) };
        if (random.Next(4) == 0)
            return value;
        value.Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1 } };
        if (random.Next(4) == 0)
            return value;
        value.Type.TensorType.Shape = new TensorShapeProto();
        value.Type.TensorType.Shape.Dim.AddRange(Many(random, random => random.Next(3) switch
        {
            0 => new TensorShapeProto.Types.Dimension { DimValue = random.Next(-1, 300) },
            1 => new TensorShapeProto.Types.Dimension { DimParam = Text(random) },
            _ => new TensorShapeProto.Types.Dimension(),
        }));
        return value;
    }

    private static T[] Many<T>(Random random, Func<Random, T> one) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => one(random))];

    private static string Text(Random random) => new([.. Enumerable.Range(0, random.Next(3) == 0 ? 0 : random.Next(200)).Select(_ => (char)random.Next('!', 'ű'))]);
}
