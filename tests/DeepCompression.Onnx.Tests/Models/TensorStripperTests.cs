using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Onnx.Tests.Models;

/// <summary>Large weights are left in the mapped file; the model that comes out is the one protobuf would read.</summary>
public sealed class TensorStripperTests : IDisposable
{
    private const int Large = 600_000; // bytes

    private readonly string _folder = Directory.CreateTempSubdirectory("stripper").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_LargeWeightsWhereverTheyHide_EqualsWhatProtobufReads()
    {
        GraphProto subgraph = new() { Initializer = { Tensor("inner", 3) } };
        SparseTensorProto sparse = new() { Values = Tensor("values", 4), Indices = Tensor("indices", 5), Dims = { 7 } };
        ModelProto model = new()
        {
            IrVersion = 8,
            ProducerName = "p",
            Graph = new GraphProto
            {
                Name = "g",
                Initializer = { Tensor("outer", 1), new TensorProto { Name = "small", RawData = ByteString.CopyFrom(1, 2, 3) } },
                SparseInitializer = { sparse },
                Node =
                {
                    new NodeProto { OpType = "Constant", Attribute = { new AttributeProto { Name = "value", T = Tensor("constant", 2) } } },
                    new NodeProto { OpType = "If", Attribute = { new AttributeProto { Name = "then_branch", G = subgraph } } },
                    new NodeProto { OpType = "Odd", Attribute = { new AttributeProto { Name = "sparse_value", SparseTensor = sparse.Clone() } } },
                },
            },
            Functions = { new FunctionProto { Name = "f", Node = { new NodeProto { OpType = "Constant", Attribute = { new AttributeProto { Name = "value", T = Tensor("function", 6) } } } } } },
            TrainingInfo = { new TrainingInfoProto { Algorithm = new GraphProto { Initializer = { Tensor("training", 7) } } } },
        };
        byte[] bytes = model.ToByteArray();
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, bytes);

        OnnxModel loaded = OnnxModel.Load(path);
        Assert.Equal(model, loaded.Proto);
        Assert.Equal(bytes, loaded.ToBytes());
    }

    [Fact]
    public void Load_OverItsOwnFile_KeepsWhatWasRead()
    {
        ModelProto model = new() { IrVersion = 8, Graph = new GraphProto { Name = "g", Initializer = { Tensor("a", 1), Tensor("b", 2) } } };
        string path = Path.Combine(_folder, "model.onnx");
        new OnnxModel(model).Save(path);
        OnnxModel loaded = OnnxModel.Load(path);
        loaded.Proto.Graph.Initializer.RemoveAt(0);
        loaded.Save(path, new SaveOptions { Overwrite = true });
        Assert.Equal(model.Graph.Initializer[1], loaded.Proto.Graph.Initializer[0]);
        Assert.Equal(model.Graph.Initializer[1], OnnxModel.Load(path).Proto.Graph.Initializer[0]);
    }

    [Fact]
    public void Load_TruncatedInsideALargeWeight_SaysSo()
    {
        ModelProto model = new() { IrVersion = 8, Graph = new GraphProto { Name = "g", Initializer = { Tensor("a", 1), Tensor("b", 2) } } };
        byte[] bytes = model.ToByteArray();
        string path = Path.Combine(_folder, "cut.onnx");
        File.WriteAllBytes(path, bytes[..^1000]);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => OnnxModel.Load(path));
        Assert.StartsWith("cut.onnx: not an ONNX model, or truncated", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GraphsNestedWithoutEnd_IsRefusedWithoutACrash()
    {
        // A model whose graph has a node whose attribute has a graph whose node ...: every level costs some bytes of length.
        byte[] message = new byte[100_000];
        for (int level = 0; level < 3_000; level++)
            message = Wrap((byte)(((level % 3) switch { 0 => 6, 1 => 5, _ => 1 } << 3) | 2), message);
        string path = Path.Combine(_folder, "deep.onnx");
        using (FileStream stream = File.Create(path))
        {
            stream.Write(Wrap((7 << 3) | 2, message));
            stream.SetLength(Math.Max(stream.Length, 2 << 20));
        }

        Assert.Throws<InvalidDataException>(() => OnnxModel.Load(path));
    }

    private static byte[] Wrap(byte tag, byte[] content)
    {
        using MemoryStream stream = new();
        stream.WriteByte(tag);
        using (CodedOutputStream output = new(stream, leaveOpen: true))
            output.WriteLength(content.Length);
        stream.Write(content);
        return stream.ToArray();
    }

    private static TensorProto Tensor(string name, int seed)
    {
        byte[] content = new byte[Large];
        new Random(seed).NextBytes(content);
        return new TensorProto { Name = name, DataType = 2, Dims = { Large }, RawData = ByteString.CopyFrom(content) };
    }
}
