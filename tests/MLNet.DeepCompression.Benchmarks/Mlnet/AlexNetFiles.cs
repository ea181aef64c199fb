using DeepCompression.Benchmarks.Compress;
using DeepCompression.Benchmarks.Harness;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.WeightSharing;

namespace MLNet.DeepCompression.Benchmarks.Mlnet;

/// <summary>The AlexNet-shaped model and its classifier head, dense and compressed as in Han et al. 2016, table 4; kept in <c>artifacts/bench/mlnet</c>.</summary>
internal static class AlexNetFiles
{
    public static (string Dense, string Compressed) Whole() => Make("alexnet", () => AlexNetModel.Create());

    /// <summary>fc6 to fc8: density 9, 9 and 25 %, 5 bits.</summary>
    public static (string Dense, string Compressed) Head() => Make("alexnet-head", () => CutHead(AlexNetModel.Create()));

    private static (string, string) Make(string name, Func<OnnxModel> create)
    {
        (string dense, string compressed) = (BenchFiles.Scratch($"mlnet/{name}.onnx"), BenchFiles.Scratch($"mlnet/{name}.packed.onnx"));
        if (File.Exists(dense) && File.Exists(compressed))
            return (dense, compressed);
        Console.WriteLine($"making {name} ...");
        OnnxModel model = create();
        model.Save(dense, new SaveOptions { Overwrite = true });
        HashSet<string> names = [.. WeightWalker.Find(model).Select(weight => weight.Name)];
        CompressionOptions options = new()
        {
            ByWeight = AlexNetModel.Layers.Where(layer => names.Contains(layer.Name + ".weight")).ToDictionary(layer => layer.Name + ".weight", layer => (WeightOptions?)new WeightOptions
            {
                Pruning = new PruningOptions { Sparsity = 1 - layer.Density },
                WeightSharing = new SharingOptions { Bits = layer.Bits },
            }),
        };
        ModelCompressor.Compress(model, options).Model.Save(compressed, new SaveOptions { Overwrite = true });
        return (dense, compressed);
    }

    private static OnnxModel CutHead(OnnxModel model)
    {
        GraphProto graph = model.Proto.Graph;
        NodeProto[] head = [.. graph.Node.SkipWhile(node => node.Name != "flatten").Skip(1)];
        HashSet<string> read = [.. head.SelectMany(node => node.Input)];
        TensorProto[] weights = [.. graph.Initializer.Where(tensor => read.Contains(tensor.Name))];
        graph.Node.Clear();
        graph.Node.AddRange(head);
        graph.Initializer.Clear();
        graph.Initializer.AddRange(weights);
        graph.Input.Clear();
        graph.Input.Add(Value("flatten", 9216));
        graph.Output.Clear();
        graph.Output.Add(Value("fc8", 1000));
        return model;
    }

    private static ValueInfoProto Value(string name, long size) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = 1,
                Shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "rows" }, new TensorShapeProto.Types.Dimension { DimValue = size } } },
            },
        },
    };
}
