using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using static DeepCompression.Onnx.Tests.Graphs;
using DataType = DeepCompression.Onnx.Schema.TensorProto.Types.DataType;

namespace DeepCompression.Onnx.Tests;

public sealed class ModelUnpackerTests
{
    [Fact]
    public void Unpack_PackedInitializers_GivesTheSameBytes()
    {
        TensorProto second = Graphs.Random("V", 2, 0.1, 30, 40);
        second.DocString = "kept";
        OnnxModel model = Model(17, new Input("X", [1, 20]), new Output("Y", [1, 40]), Graphs.Random("W", 1, 0.2, 20, 30), Floats("b", [30], new float[30]),
            second, Node("Gemm", "X W b", "H"), Node("MatMul", "H V", "Y"));
        OnnxModel packed = AssertSame(model, 2);

        Assert.Equal(["W.blob", "b", "V.blob"], packed.Proto.Graph.Initializer.Select(tensor => tensor.Name));
        Assert.Equal(["PackedWeight", "PackedWeight", "Gemm", "MatMul"], packed.Proto.Graph.Node.Select(node => node.OpType));
        Assert.True(packed.ToBytes().Length < model.ToBytes().Length / 2);
    }

    [Fact]
    public void Unpack_PackedConstantNodes_GivesTheSameBytes()
    {
        NodeProto named = Constant("W", Graphs.Random("inner", 1, 0.2, 20, 30));
        named.Name = "the_constant";
        named.DocString = "kept";
        NodeProto plain = Constant("V", Graphs.Random("", 1, 0.2, 30, 40));
        plain.Attribute[0].T.ClearName();
        plain.Domain = "";
        NodeProto floats = Node("Constant", "", "F", new AttributeProto { Name = "value_floats", Type = AttributeProto.Types.AttributeType.Floats });
        floats.Attribute[0].Floats.AddRange(Values(3, 0.1, 400));
        OnnxModel model = Model(17, Node("Identity", "X", "I"), named, Node("Gemm", "I W", "H"), plain, floats, Node("MatMul", "H V", "G"), Node("MatMul", "G F", "Y"));
        OnnxModel packed = AssertSame(model, 3);
        Assert.Equal(["Identity", "PackedWeight", "Gemm", "PackedWeight", "PackedWeight", "MatMul", "MatMul"], packed.Proto.Graph.Node.Select(node => node.OpType));
    }

    [Fact]
    public void Unpack_TypedFieldsAndAllElementTypes_GivesTheSameBytes()
    {
        var typed = new TensorProto { Name = "W", DataType = (int)DataType.Float, Dims = { 20, 30 } };
        typed.FloatData.AddRange(Values(1, 0.2, 600));
        var half = new TensorProto { Name = "H", DataType = (int)DataType.Float16, Dims = { 20, 30 } };
        half.Int32Data.AddRange(Values(2, 0.2, 600).Select(value => (int)BitConverter.HalfToUInt16Bits((Half)value)));
        var wide = new TensorProto { Name = "D", DataType = (int)DataType.Double, Dims = { 600 } };
        wide.DoubleData.AddRange(Values(3, 0.2, 600).Select(value => (double)value));
        TensorProto brain = Raw("B", DataType.Bfloat16, [600], MemoryMarshal.AsBytes(Values(4, 0.2, 600).Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).ToArray().AsSpan()));
        AssertSame(Model(17, typed, half, wide, brain, Node("MatMul", "X W", "a"), Node("MatMul", "X H", "b"), Node("MatMul", "X D", "c"), Node("MatMul", "X B", "d")), 4);
    }

    [Fact]
    public void Unpack_SubgraphsAndFunctions_GivesTheSameBytes()
    {
        GraphProto then = Graph("then", Graphs.Random("W", 1, 0.2, 20, 30), Node("MatMul", "X W", "T"));
        GraphProto other = Graph("else", Constant("W", Graphs.Random("W", 2, 0.2, 20, 30)), Node("MatMul", "X W", "E"));
        OnnxModel model = Model(17, Graphs.Random("W", 3, 0.2, 20, 30), Node("MatMul", "X W", "Z"),
            Node("If", "c", "Y", Attribute("then_branch", then), Attribute("else_branch", other)));
        model.Proto.Functions.Add(new FunctionProto
        {
            Name = "Mine", Domain = "local", Input = { "x" }, Output = { "y" }, OpsetImport = { new OperatorSetIdProto { Version = 17 } },
            Node = { Constant("W", Graphs.Random("f", 4, 0.2, 20, 30)), Node("MatMul", "x W", "y") },
        });
        OnnxModel packed = AssertSame(model, 4);

        FunctionProto function = packed.Proto.Functions.Single();
        Assert.Equal(["Constant", "PackedWeight", "MatMul"], function.Node.Select(node => node.OpType));
        Assert.Contains(function.OpsetImport, import => import.Domain == NodeDomain.Name);
    }

    [Fact]
    public void Unpack_InitializersListedAsInputsBeforeIrVersion4_GivesTheSameBytes()
    {
        OnnxModel model = Model(8, new Input("X", [1, 20]), new Input("W", [20, 30]), new Input("b", [30]), new Output("Y", [1, 30]),
            Graphs.Random("W", 1, 0.2, 20, 30), Floats("b", [30], new float[30]), Node("Gemm", "X W b", "Y"));
        model.Proto.IrVersion = 3;
        OnnxModel packed = AssertSame(model, 1);
        Assert.Equal(["X", "W.blob", "b"], packed.Proto.Graph.Input.Select(input => input.Name));
    }

    [Fact]
    public void Unpack_WeightUsedTwice_IsPackedOnce()
    {
        OnnxModel model = Model(17, Graphs.Random("W", 1, 0.2, 20, 20), Node("MatMul", "X W", "H"), Node("MatMul", "H W", "Y"));
        AssertSame(model, 1);
    }

    [Fact]
    public void Unpack_NaNInfinityAndNegativeZero_KeepTheirBits()
    {
        float[] values = Values(1, 0.1, 600);
        (values[0], values[1], values[2], values[3]) = (float.NaN, float.PositiveInfinity, -0f, BitConverter.UInt32BitsToSingle(0x7F800001));
        AssertSame(Model(17, Floats("W", [20, 30], values), Node("MatMul", "X W", "Y")), 1);
    }

    [Fact]
    public void Unpack_PortableOfPacked_IsPortableOfTheModel()
    {
        OnnxModel model = MatMul(Floats("W", [20, 30], [.. Values(1, 0.3, 600).Select(value => MathF.Round(value * 2) / 2)]));
        OnnxModel packed = ModelCompressor.Compress(model).Model;
        OnnxModel portable = ModelCompressor.Compress(model, new CompressionOptions { Form = ModelForm.Portable }).Model;

        Assert.Equal(portable.Proto, ModelUnpacker.Unpack(packed, UnpackTarget.Portable).Proto);
        Assert.Equal(model.ToBytes(), ModelUnpacker.Unpack(portable).ToBytes());
        Assert.Equal(packed.Proto, ModelCompressor.Compress(portable).Model.Proto);
    }

    [Fact]
    public void Unpack_PortableBelowOpset9_ThrowsTheReason()
    {
        OnnxModel packed = ModelCompressor.Compress(MatMul(Graphs.Random("W", 1, 0.2, 20, 30), opset: 8)).Model;
        string message = Assert.Throws<NotSupportedException>(() => ModelUnpacker.Unpack(packed, UnpackTarget.Portable)).Message;
        Assert.Equal("model: PackedWeight 'W': it cannot be portable: opset 8 is below 11, which the bodies of portable nodes need; models of opset 9 and 10 can be raised.", message);
    }

    [Fact]
    public void Unpack_DamagedBlob_NamesFileAndNode()
    {
        OnnxModel packed = ModelCompressor.Compress(MatMul(Graphs.Random("W", 1, 0.2, 20, 30))).Model;
        byte[] blob = packed.Proto.Graph.Initializer[0].RawData.ToByteArray();
        blob[^9] ^= 1;
        packed.Proto.Graph.Initializer[0].RawData = Google.Protobuf.ByteString.CopyFrom(blob);
        var named = new OnnxModel(packed.Proto, "/tmp/damaged.onnx");
        Assert.StartsWith("damaged.onnx: PackedWeight 'W': ", Assert.Throws<InvalidDataException>(() => ModelUnpacker.Unpack(named)).Message);
    }

    [Fact]
    public void Unpack_UnknownOperatorOfOurDomain_IsNotSupported()
    {
        OnnxModel model = Model(17, new NodeProto { OpType = "FutureWeight", Domain = NodeDomain.Name, Output = { "W" }, Name = "n" });
        Assert.Equal("model: node 'n': version 1 of ai.deepcompression has no operator FutureWeight with 1 outputs.",
            Assert.Throws<NotSupportedException>(() => ModelUnpacker.Unpack(model)).Message);
    }

    [Fact]
    public void UnpackTo_LargeWeights_GivesTheSameBytes()
    {
        OnnxModel model = Model(17, Graphs.Random("W", 1, 0.1, 1500, 1500), Graphs.Random("dense", 2, 1, 200, 200), Graphs.Random("V", 3, 0.4, 300, 300), Floats("S", [1200, 1200], [.. Values(4, 0.1, 1_440_000).Select(value => MathF.Round(value * 2) / 2)]),
            Node("MatMul", "X W", "H"), Node("MatMul", "H dense", "I"), Node("MatMul", "I V", "J"), Node("MatMul", "J S", "Y"));
        AssertSame(model, 4);
    }

    [Fact]
    public void UnpackTo_PortableModel_GivesTheSameBytes()
    {
        using var folder = new TempFolder();
        OnnxModel model = Model(17, Floats("W", [40, 60], [.. Values(1, 0.3, 2400).Select(value => MathF.Round(value * 2) / 2)]), Node("MatMul", "X W", "Y"));
        OnnxModel portable = ModelCompressor.Compress(model, new CompressionOptions { Form = ModelForm.Portable }).Model;
        Assert.Equal(NodeDomain.SparseWeight, Assert.Single(WeightNodeWalker.Find(portable)).OperatorType);
        ModelUnpacker.UnpackTo(portable, folder["dense.onnx"]);
        Assert.Equal(model.ToBytes(), File.ReadAllBytes(folder["dense.onnx"]));
    }

    [Fact]
    public void UnpackTo_ExternalData_IsWhatIsReadBack()
    {
        using var folder = new TempFolder();
        OnnxModel model = Model(17, Graphs.Random("W", 1, 0.1, 300, 300), Graphs.Random("V", 3, 0.4, 300, 300), Node("MatMul", "X W", "H"), Node("MatMul", "H V", "Y"));
        OnnxModel packed = ModelCompressor.Compress(model).Model;
        ModelUnpacker.UnpackTo(packed, folder["dense.onnx"], options: new SaveOptions { ExternalData = ExternalDataMode.External });
        OnnxModel read = OnnxModel.Load(folder["dense.onnx"]);
        Assert.Equal(model.Proto.Graph.Initializer.Select(tensor => model.Read(tensor).ToArray()), read.Proto.Graph.Initializer.Select(tensor => read.Read(tensor).ToArray()));
        Assert.True(new FileInfo(folder["dense.onnx"]).Length < 1000);
    }

    [Fact]
    public void UnpackTo_DamagedBlob_LeavesNothing()
    {
        using var folder = new TempFolder();
        byte[] bytes = ModelCompressor.Compress(MatMul(Graphs.Random("W", 1, 0.2, 2000, 1500))).Model.ToBytes();
        bytes[bytes.Length / 2] ^= 1;
        string message = Assert.Throws<InvalidDataException>(() => ModelUnpacker.UnpackTo(OnnxModel.FromBytes(bytes), folder["dense.onnx"])).Message;
        Assert.StartsWith("model: PackedWeight 'W': ", message);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private static OnnxModel AssertSame(OnnxModel model, int weights)
    {
        byte[] before = model.ToBytes();
        CompressionResult result = ModelCompressor.Compress(model, new CompressionOptions { Lossless = true });
        Assert.Equal(before, model.ToBytes());
        Assert.Equal(weights, result.Changed.Count);
        Assert.Equal(weights, WeightNodeWalker.Find(result.Model).Count);
        OnnxModel read = OnnxModel.FromBytes(result.Model.ToBytes());
        Assert.Equal(before, ModelUnpacker.Unpack(read).ToBytes());
        using var folder = new TempFolder();
        ModelUnpacker.UnpackTo(read, folder["dense.onnx"]);
        Assert.Equal(before, File.ReadAllBytes(folder["dense.onnx"]));
        return result.Model;
    }
}
