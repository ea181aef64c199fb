using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.WeightSharing;

namespace MLNet.DeepCompression.Tests.Scoring;

/// <summary>Models of a few nodes, written to a folder of the test's own.</summary>
internal sealed class SmallModels : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlnet-tests").FullName;

    /// <summary>y = x W + 1 with x: [N, 4], W[i, j] = i + 10 j, y: [N, 3].</summary>
    public string Linear()
    {
        GraphProto graph = Graph(Value("x", TensorProto.Types.DataType.Float, null, 4), Value("y", TensorProto.Types.DataType.Float, null, 3));
        float[] weights = [.. from i in Enumerable.Range(0, 4) from j in Enumerable.Range(0, 3) select (float)(i + (10 * j))];
        graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 4, 3 }, FloatData = { weights } });
        graph.Initializer.Add(new TensorProto { Name = "one", DataType = 1, Dims = { 1 }, FloatData = { 1f } });
        graph.Node.Add(Node("MatMul", ["x", "w"], "xw"));
        graph.Node.Add(Node("Add", ["xw", "one"], "y"));
        return Save(graph, "linear.onnx");
    }

    /// <summary>z = x of any length, reversed in sign; [N, L] to [N, L].</summary>
    public string AnyLength()
    {
        GraphProto graph = Graph(Value("x", TensorProto.Types.DataType.Float, null, null), Value("z", TensorProto.Types.DataType.Float, null, null));
        graph.Node.Add(Node("Neg", ["x"], "z"));
        return Save(graph, "any-length.onnx");
    }

    /// <summary>z = the first ten numbers of each of x's rows, by Gather, which fails on shorter ones.</summary>
    public string TenOfEach()
    {
        GraphProto graph = Graph(Value("x", TensorProto.Types.DataType.Float, null, null), Value("z", TensorProto.Types.DataType.Float, null, 10));
        graph.Initializer.Add(new TensorProto { Name = "first", DataType = 7, Dims = { 10 }, Int64Data = { Enumerable.Range(0, 10).Select(i => (long)i) } });
        NodeProto gather = Node("Gather", ["x", "first"], "z");
        gather.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 1 });
        graph.Node.Add(gather);
        return Save(graph, "ten.onnx");
    }

    /// <summary>Every input through Identity: one output for each, named with an <c>_out</c>.</summary>
    public string Identities(params (string Name, TensorProto.Types.DataType Type, long?[] Dimensions)[] inputs)
    {
        GraphProto graph = new() { Name = "g" };
        foreach ((string name, TensorProto.Types.DataType type, long?[] dimensions) in inputs)
        {
            graph.Input.Add(Value(name, type, dimensions));
            graph.Output.Add(Value(name + "_out", type, dimensions));
            graph.Node.Add(Node("Identity", [name], name + "_out"));
        }

        return Save(graph, "identities.onnx");
    }

    public string Save(GraphProto graph, string name)
    {
        ModelProto model = new() { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        return Save(new OnnxModel(model), name);
    }

    public string Save(OnnxModel model, string name)
    {
        string path = PathOf(name);
        model.Save(path);
        return path;
    }

    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>x: [N, 512] through a 512x512 weight that is sparse and shared, in the portable form; y: [N, 512].</summary>
    public string Portable()
    {
        Random random = new(3);
        GraphProto graph = Graph(Value("x", TensorProto.Types.DataType.Float, null, 512), Value("y", TensorProto.Types.DataType.Float, null, 512));
        graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 512, 512 }, FloatData = { Enumerable.Range(0, 512 * 512).Select(_ => random.NextSingle() - 0.5f) } });
        graph.Node.Add(Node("Gemm", ["x", "w"], "y"));
        ModelProto model = new() { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } } };
        CompressionOptions options = new()
        {
            Form = ModelForm.Portable,
            Default = new WeightOptions { Pruning = new PruningOptions { Sparsity = 0.9 }, WeightSharing = new SharingOptions { Bits = 4 } },
        };
        return Save(ModelCompressor.Compress(new OnnxModel(model), options).Model, "portable.onnx");
    }

    /// <summary>sum = a + b and difference = a - b, all [N, 3].</summary>
    public string SumAndDifference()
    {
        GraphProto graph = new() { Name = "g" };
        foreach (string name in new[] { "a", "b" })
            graph.Input.Add(Value(name, TensorProto.Types.DataType.Float, null, 3));
        graph.Output.Add(Value("sum", TensorProto.Types.DataType.Float, null, 3));
        graph.Output.Add(Value("difference", TensorProto.Types.DataType.Float, null, 3));
        graph.Node.Add(Node("Add", ["a", "b"], "sum"));
        graph.Node.Add(Node("Sub", ["a", "b"], "difference"));
        return Save(graph, "sum-and-difference.onnx");
    }

    public static NodeProto Node(string op, string[] inputs, string output) => new() { OpType = op, Name = op + "_" + output, Input = { inputs }, Output = { output } };

    public static ValueInfoProto Value(string name, TensorProto.Types.DataType type, params long?[] dimensions)
    {
        TensorShapeProto shape = new();
        foreach (long? dimension in dimensions)
            shape.Dim.Add(dimension is long size ? new TensorShapeProto.Types.Dimension { DimValue = size } : new TensorShapeProto.Types.Dimension { DimParam = "n" + shape.Dim.Count });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static GraphProto Graph(ValueInfoProto input, ValueInfoProto output) => new() { Name = "g", Input = { input }, Output = { output } };
}
