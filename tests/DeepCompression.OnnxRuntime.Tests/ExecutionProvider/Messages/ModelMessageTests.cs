using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.OnnxRuntime.Messages;
using DeepCompression.OnnxRuntime.Planning;
using Google.Protobuf;

namespace DeepCompression.OnnxRuntime.Tests.ExecutionProvider.Messages;

/// <summary>Models that are read where they lie, against the same models read by protobuf.</summary>
public sealed class ModelMessageTests
{
    [Fact]
    public void Read_RandomModels_EqualsProtobuf()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            ModelProto proto = RandomModels.Make(new Random(seed));
            AssertEqual(new OnnxModel(proto), new ModelMessage(proto.ToByteArray(), null));
        }
    }

    [Fact]
    public void Read_GraphInParts_IsMerged()
    {
        ModelProto first = RandomModels.Make(new Random(1)), second = RandomModels.Make(new Random(2));
        byte[] bytes = [.. first.ToByteArray(), .. new ModelProto { Graph = second.Graph }.ToByteArray()];

        AssertEqual(OnnxModel.FromBytes(bytes), FullParser.Outline(bytes, null));
    }

    [Fact]
    public void Read_DimensionsInOneField_AreRead()
    {
        // name "w", data_type 1, dims packed [2, 3] instead of one field each
        byte[] tensor = [0x42, 1, (byte)'w', 0x10, 1, 0x0a, 2, 2, 3, .. new byte[] { 0x4a, 24 }, .. new byte[24]];
        byte[] graph = [0x2a, (byte)tensor.Length, .. tensor];
        ModelMessage model = new((byte[])[0x08, 8, 0x3a, (byte)graph.Length, .. graph], null);

        TensorMessage read = Assert.Single(model.Graph.Initializers);
        Assert.Equal([2, 3], read.Shape);
        Assert.True(read.IsRaw);
    }

    [Fact]
    public void Outline_GraphsNestedWithoutEnd_Throws()
    {
        ByteString graph = ByteString.Empty;
        for (int level = 0; level < 3000; level++)
        {
            AttributeProto attribute = new() { Name = "a" };
            byte[] inAttribute = [.. attribute.ToByteArray(), .. Field(AttributeProto.GFieldNumber, graph)];
            byte[] inNode = Field(NodeProto.AttributeFieldNumber, ByteString.CopyFrom(inAttribute));
            graph = ByteString.CopyFrom(Field(GraphProto.NodeFieldNumber, ByteString.CopyFrom(inNode)));
        }

        byte[] model = [0x08, 8, .. Field(ModelProto.GraphFieldNumber, graph)];
        Assert.Throws<InvalidDataException>(() => new ModelMessage(model, null));
        Assert.StartsWith("model: ", Assert.Throws<InvalidDataException>(() => FullParser.Outline(model, null)).Message, StringComparison.Ordinal);
        Assert.StartsWith("deep.onnx: ", Assert.Throws<InvalidDataException>(() => FullParser.Outline(model, "/models/deep.onnx")).Message, StringComparison.Ordinal);

        static byte[] Field(int number, ByteString content) => [.. new MessageWriter().Write(number, content.Span).Written];
    }

    [Fact]
    public void Outline_DamagedBytes_FailsAsProtobufDoes()
    {
        byte[] whole = RandomModels.Make(new Random(3)).ToByteArray();
        Random random = new(4);
        int refused = 0;
        for (int round = 0; round < 3000; round++)
        {
            byte[] damaged = round % 2 == 0 ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
            for (int flips = random.Next(1, 4); flips > 0 && damaged.Length > 0 && round % 2 == 1; flips--)
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            string? expected = Record.Exception(() => OnnxModel.FromBytes(damaged))?.Message;
            Exception? actual = Record.Exception(() => FullParser.Outline(damaged, null));

            // What protobuf refuses may still be read up to the field that is wrong, if nothing of it is needed.
            Assert.True(actual is null or InvalidDataException, actual?.ToString());
            if (actual is not null)
                Assert.Equal(expected, actual.Message);
            refused += actual is null ? 0 : 1;
        }

        Assert.True(refused > 1000, $"only {refused} of 3000 were refused");
    }

    [Fact]
    public void Write_EveryKindOfField_IsReadByProtobuf()
    {
        MessageWriter entry = new MessageWriter().Write(StringStringEntryProto.KeyFieldNumber, "location").Write(StringStringEntryProto.ValueFieldNumber, "ø");
        MessageWriter tensor = new();
        tensor.Write(TensorProto.DimsFieldNumber, -1).Write(TensorProto.DimsFieldNumber, long.MaxValue).Write(TensorProto.NameFieldNumber, new string('n', 5000)).Write(TensorProto.RawDataFieldNumber, [1, 2]).Write(TensorProto.ExternalDataFieldNumber, entry);

        TensorProto read = TensorProto.Parser.ParseFrom(tensor.Written);

        Assert.Equal([-1, long.MaxValue], read.Dims);
        Assert.Equal(5000, read.Name.Length);
        Assert.Equal([1, 2], read.RawData.ToByteArray());
        Assert.Equal("ø", Assert.Single(read.ExternalData).Value);
    }

    private static void AssertEqual(OnnxModel expected, ModelMessage actual)
    {
        Assert.Equal(expected.Proto.IrVersion, actual.IrVersion);
        Assert.Equal(expected.Proto.OpsetImport.FirstOrDefault(import => import.Domain == NodeDomain.Name)?.Version, actual.DomainVersion);
        AssertEqual(expected, expected.Proto.Graph, actual.Graph);
    }

    private static void AssertEqual(OnnxModel model, GraphProto expected, GraphMessage actual)
    {
        Assert.Equal(expected.Name, actual.Name);
        Assert.Equal(expected.Input.Select(Text), actual.Inputs.Select(Text));
        Assert.Equal(expected.Output.Select(Text), actual.Outputs.Select(Text));
        Assert.Equal(expected.ValueInfo.Select(Text), actual.Values.Select(Text));
        Assert.Equal(expected.Initializer.Count, actual.Initializers.Count);
        foreach ((TensorProto tensor, TensorMessage read) in expected.Initializer.Zip(actual.Initializers))
            AssertEqual(model, tensor, read);
        Assert.Equal(expected.Node.Count, actual.Nodes.Count);
        foreach ((NodeProto node, NodeMessage read) in expected.Node.Zip(actual.Nodes))
            AssertEqual(model, node, read);
    }

    private static void AssertEqual(OnnxModel model, NodeProto expected, NodeMessage actual)
    {
        Assert.Equal((expected.Name, expected.OpType, expected.Domain), (actual.Name, actual.OpType, actual.Domain));
        Assert.Equal(expected.Input, actual.Inputs);
        Assert.Equal(expected.Output, actual.Outputs);
        Assert.Equal(expected.Attribute.Count, actual.Attributes.Count);
        foreach ((AttributeProto attribute, AttributeMessage read) in expected.Attribute.Zip(actual.Attributes))
        {
            Assert.Equal((attribute.Name, attribute.I, attribute.F), (read.Name, read.GetInt(), read.GetFloat()));
            Assert.Equal(attribute.Ints, read.GetInts());
            Assert.Equal(attribute.HasS ? [attribute.S.ToStringUtf8()] : attribute.Strings.Select(text => text.ToStringUtf8()), read.GetTexts());
            Assert.Equal(attribute.T is not null, read.Tensor is not null);
            GraphProto[] graphs = attribute.G is null ? [.. attribute.Graphs] : [attribute.G];
            Assert.Equal(graphs.Length, read.Graphs.Count);
            foreach ((GraphProto graph, GraphMessage inner) in graphs.Zip(read.Graphs))
                AssertEqual(model, graph, inner);
        }

        if (expected is { OpType: "Constant", Domain: "", Output.Count: 1, Attribute: [{ Name: "value", T: TensorProto constant }] })
            AssertEqual(model, constant, actual.Constant!);
    }

    private static void AssertEqual(OnnxModel model, TensorProto expected, TensorMessage actual)
    {
        Assert.Equal((expected.Name, expected.DataType), (actual.Name, actual.ElementType));
        Assert.Equal(expected.Dims, actual.Shape);
        Assert.Equal(model.Read(expected).ToArray(), actual.Read().ToArray());
        Assert.Equal(expected.HasRawData, actual.IsRaw);
    }

    private static string Text(ValueInfoProto value) =>
        $"{value.Name}: {(value.Type?.TensorType?.Shape is TensorShapeProto shape ? string.Join('x', shape.Dim.Select(dimension => dimension.HasDimValue && dimension.DimValue > 0 ? dimension.DimValue : -1)) : "?")}";

    private static string Text(ValueMessage value) => $"{value.Name}: {(value.Shape is long[] shape ? string.Join('x', shape) : "?")}";
}
