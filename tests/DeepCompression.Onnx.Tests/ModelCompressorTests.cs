using System.Runtime.InteropServices;
using DeepCompression.WeightSharing;
using static DeepCompression.Onnx.Tests.Graphs;

namespace DeepCompression.Onnx.Tests;

public sealed class ModelCompressorTests
{
    private static readonly WeightOptions Lossy = new()
    {
        Pruning = new PruningOptions { Sparsity = 0.9 },
        WeightSharing = new SharingOptions { Bits = 4 },
    };

    [Fact]
    public void Compress_PruneAndShare_HasTheSparsityAndCentroidsAskedFor()
    {
        OnnxModel model = MatMul(Graphs.Random("W", 1, 1, 40, 50));
        CompressionResult result = ModelCompressor.Compress(model, new CompressionOptions { Default = Lossy });
        WeightReport row = result.Report.Weights.Single();

        Assert.Equal((200, 16, 1, "PackedWeight", 8000L), (row.NonZeros, row.CodebookSize, row.Groups, row.Form, row.DenseBytes));
        Assert.Equal(row.Statistics!.BlobBytes, result.Model.Proto.Graph.Initializer[0].RawData.Length);
        float[] dense = Dense(ModelUnpacker.Unpack(result.Model));
        Assert.Equal(1800, dense.Count(value => value == 0));
        Assert.Equal(16, dense.Distinct().Count());
    }

    [Fact]
    public void Compress_ThreeLevels_TheLaterWinsAndNullLeavesAlone()
    {
        OnnxModel model = Model(17, Graphs.Random("A", 1, 1, 20, 30), Graphs.Random("B", 2, 1, 30, 40), Graphs.Random("C", 3, 1, 40, 50), Graphs.Random("D", 4, 1, 50, 60),
            Node("MatMul", "X A", "a"), Node("Gemm", "a B", "b"), Node("MatMul", "b C", "c"), Node("Conv", "c D", "d"));
        CompressionResult result = ModelCompressor.Compress(model, new CompressionOptions
        {
            Default = Lossy,
            ByOperator = new Dictionary<string, WeightOptions?> { ["Gemm"] = Lossy with { WeightSharing = new SharingOptions { Bits = 2 } }, ["Conv"] = null },
            ByWeight = new Dictionary<string, WeightOptions?> { ["C"] = null, ["A"] = Lossy with { WeightSharing = new SharingOptions { Bits = 3 } } },
        });
        Assert.Equal([("A", 8), ("B", 4)], result.Report.Weights.Where(row => row.Form == "PackedWeight").Select(row => (row.Path, row.CodebookSize)));
        Assert.Equal(["C: its name says so", "D: its operator Conv says so"], result.Skipped.Select(note => note.ToString()));
    }

    [Fact]
    public void Compress_Skipped_HasAReasonEach()
    {
        OnnxModel model = Model(17, new Input("O", [20, 20]),
            Graphs.Random("small", 1, 1, 3, 3), Graphs.Random("bias", 2, 1, 300), Graphs.Random("norm", 3, 1, 300), Graphs.Random("mul", 4, 1, 20, 20), Graphs.Random("unused", 5, 1, 300),
            Graphs.Random("O", 6, 1, 20, 20), Graphs.Random("noise", 7, 1, 20, 20), Floats("empty", [0, 4]),
            Node("MatMul", "X small", "a"), Node("Conv", "a K bias", "b"), Node("LayerNormalization", "b norm", "c"), Node("Mul", "c mul", "d"), Node("MatMul", "d O", "e"), Node("MatMul", "e noise", "f"));
        CompressionResult result = ModelCompressor.Compress(model);
        Assert.Equal(
            [
                "small: it has fewer than 256 elements", "bias: it is a bias", "norm: it is a parameter of a normalization", "mul: it is no weight of Mul", "unused: no operator uses it",
                "O: it is an input of the graph, which callers may replace", "empty: it has fewer than 256 elements",
            ],
            result.Skipped.Where(note => note.Weight != "noise").Select(note => note.ToString()));
        Assert.Equal("it is a bias", result.Report.Weights.Single(row => row.Path == "bias").Note);
    }

    [Fact]
    public void Compress_FreezeOverridable_TakesTheInputAway()
    {
        OnnxModel model = Model(17, new Input("X", [1, 20]), new Input("W", [20, 20]), Graphs.Random("W", 6, 0.1, 20, 20), Node("MatMul", "X W", "Y"));
        CompressionResult result = ModelCompressor.Compress(model, new CompressionOptions { FreezeOverridable = true });
        Assert.Equal(["X"], result.Model.Proto.Graph.Input.Select(input => input.Name));
        Assert.Single(result.Changed);
    }

    [Fact]
    public void Compress_AnyWeight_MakesNoLargerFileThanTheDenseOne()
    {
        // From weights that packing makes much smaller to ones that its node alone makes larger.
        int packed = 0;
        foreach (double density in (double[])[0.05, 0.5, 0.8, 0.9, 1])
        {
            for (int size = 2; size <= 40; size += 2)
            {
                OnnxModel model = MatMul(Graphs.Random("a.weight.of.some.length", 1, density, size, size));
                CompressionResult result = ModelCompressor.Compress(model, new CompressionOptions { Lossless = true, MinElements = 0 });
                Assert.True(result.Report.FileBytes <= result.OriginalBytes + 40, $"{size}x{size} at {density}: {result.Report.FileBytes} bytes in place of {result.OriginalBytes}"); // the import of the domain
                packed += result.Changed.Count;
            }
        }

        Assert.InRange(packed, 20, 80);
    }

    [Fact]
    public void Compress_NaNInALossyStage_IsSkippedWithItsIndex()
    {
        float[] values = Values(1, 1, 600);
        values[7] = float.NaN;
        CompressionResult result = ModelCompressor.Compress(MatMul(Floats("W", [20, 30], values)), new CompressionOptions { Default = Lossy });
        Assert.Contains("7", result.Skipped.Single().Text);
        Assert.Empty(result.Changed);
    }

    [Fact]
    public void Compress_UnknownWeightName_Throws()
    {
        var options = new CompressionOptions { ByWeight = new Dictionary<string, WeightOptions?> { ["Wrong"] = null } };
        Assert.Equal("model: there is no weight 'Wrong'.", Assert.Throws<ArgumentException>(() => ModelCompressor.Compress(MatMul(Graphs.Random("W", 1, 1, 40, 50)), options)).Message);
    }

    [Fact]
    public void Compress_GlobalSparsity_PrunesTheSmallerWeightMore()
    {
        float[] small = [.. Values(1, 1, 1000).Select(value => value / 10)];
        OnnxModel model = Model(17, Floats("S", [20, 50], small), Graphs.Random("L", 2, 1, 50, 20), Node("MatMul", "X S", "a"), Node("MatMul", "a L", "b"));
        var options = new WeightOptions { Pruning = new PruningOptions { Method = PruningMethod.GlobalSparsity, Sparsity = 0.5 } };
        ModelReport report = ModelCompressor.Compress(model, new CompressionOptions { Default = options }).Report;
        Assert.Equal(1000, report.Weights.Sum(row => row.NonZeros));
        Assert.True(report.Weights.Single(row => row.Path == "L").NonZeros > 800);
    }

    [Fact]
    public void Compress_InputNorms_KeepTheWeightsOfLoudChannels()
    {
        float[] norms = [.. Enumerable.Range(0, 20).Select(channel => channel < 10 ? 1e-3f : 1e3f)];
        CompressionResult result = ModelCompressor.Compress(MatMul(Graphs.Random("W", 1, 1, 20, 30)), new CompressionOptions
        {
            Default = new WeightOptions { Pruning = new PruningOptions { Sparsity = 0.5 } },
            InputNorms = new Dictionary<string, float[]> { ["W"] = norms },
        });
        float[] dense = Dense(ModelUnpacker.Unpack(result.Model));
        Assert.All(dense[..300], value => Assert.Equal(0f, value));
        Assert.All(dense[300..], value => Assert.NotEqual(0f, value));
    }

    [Theory]
    [InlineData(0.05, 16, "SparseWeight")]
    [InlineData(1.0, 16, "SharedWeight")]
    [InlineData(0.25, 0, "PrunedWeight")]
    public void Compress_Portable_TakesTheSmallestNode(double density, int values, string form)
    {
        float[] weights = Values(1, density, 2000);
        if (values > 0)
            weights = [.. weights.Select(value => value == 0 ? 0 : MathF.Ceiling(Math.Clamp(value, -2, 2) * 3.9f) / 3.7f + 0.01f)];
        CompressionResult result = ModelCompressor.Compress(MatMul(Floats("W", [40, 50], weights)), new CompressionOptions { Form = ModelForm.Portable });
        Assert.Equal(form, result.Model.Proto.Graph.Node[0].OpType);
        Assert.Equal(form, result.Model.Proto.Functions.Single().Name);
        Assert.Equal(weights, Dense(ModelUnpacker.Unpack(result.Model)));
    }

    [Fact]
    public void Compress_PortableBeforeIrVersion8_RaisesItAndDropsConstantInputs()
    {
        OnnxModel model = Model(11, new Input("X", [1, 20]), new Input("W", [20, 30]), new Input("b", [30]), Graphs.Random("W", 1, 0.1, 20, 30), Floats("b", [30], new float[30]), Node("Gemm", "X W b", "Y"));
        model.Proto.IrVersion = 3;
        OnnxModel portable = ModelCompressor.Compress(model, new CompressionOptions { Form = ModelForm.Portable }).Model;
        Assert.Equal(8, portable.Proto.IrVersion);
        Assert.Equal(["X"], portable.Proto.Graph.Input.Select(input => input.Name));
    }

    [Fact]
    public void Compress_SmallFile_AddsLessThanAKilobyteToItsBlobs()
    {
        OnnxModel model = Model(17, new Input("x", [1, 784]), new Output("y", [1, 10]),
            Graphs.Random("fc1.weight", 1, 1, 300, 784), Graphs.Random("fc2.weight", 2, 1, 100, 300), Graphs.Random("fc3.weight", 3, 1, 10, 100), Floats("fc1.bias", [300], new float[300]), Floats("fc2.bias", [100], new float[100]), Floats("fc3.bias", [10], new float[10]),
            Node("Gemm", "x fc1.weight fc1.bias", "a", Attribute("transB", 1)), Node("Relu", "a", "ar"), Node("Gemm", "ar fc2.weight fc2.bias", "b", Attribute("transB", 1)), Node("Relu", "b", "br"), Node("Gemm", "br fc3.weight fc3.bias", "y", Attribute("transB", 1)));
        CompressionResult result = ModelCompressor.Compress(model, new CompressionOptions { Default = Lossy });
        long blobs = WeightNodeWalker.Find(result.Model).Sum(node => node.StoredBytes);
        long biases = 410 * sizeof(float);
        Assert.Equal(3, result.Changed.Count);
        Assert.InRange(result.Model.ToBytes().Length - blobs - biases, 1, 1023);
    }

    [Fact]
    public void Compress_Progress_ReportsEveryWeightInOrder()
    {
        List<CompressionProgress> reports = [];
        OnnxModel model = Model(17, Graphs.Random("A", 1, 0.5, 20, 30), Graphs.Random("B", 2, 0.5, 30, 40), Node("MatMul", "X A", "a"), Node("MatMul", "a B", "b"));
        ModelCompressor.Compress(model, new CompressionOptions { Progress = new Listener(reports) });
        Assert.Equal([new("A", 0, 1800), new("B", 600, 1800)], reports);
    }

    private static float[] Dense(OnnxModel model) =>
        MemoryMarshal.Cast<byte, float>(model.Read(model.Proto.Graph.Initializer.First(tensor => tensor.Name == "W")).Span).ToArray();

    private sealed class Listener(List<CompressionProgress> reports) : IProgress<CompressionProgress>
    {
        public void Report(CompressionProgress value) => reports.Add(value);
    }
}
