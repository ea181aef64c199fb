using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.DeepCompression.Tests.Scoring;

namespace MLNet.DeepCompression.Tests;

/// <summary>Not beside other tests: it counts the files of the temporary folder.</summary>
[Collection(nameof(BadInputTests))]
[CollectionDefinition(nameof(BadInputTests), DisableParallelization = true)]
public sealed class BadInputTests : IDisposable
{
    private readonly SmallModels _models = new();
    private readonly MLContext _ml = new(seed: 1);

    public void Dispose() => _models.Dispose();

    [Fact]
    public void ApplyCompressedOnnxModel_FileIsMissing_NamesIt()
    {
        var e = Assert.Throws<FileNotFoundException>(() => _ml.DeepCompression().ApplyCompressedOnnxModel(_models.PathOf("nothing.onnx")));
        Assert.Contains("nothing.onnx", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.9)]
    public void ApplyCompressedOnnxModel_FileIsCutOff_NamesIt(double kept)
    {
        string file = _models.Portable();
        byte[] bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..(int)(kept * bytes.Length)]);
        var e = Assert.Throws<InvalidDataException>(() => _ml.DeepCompression().ApplyCompressedOnnxModel(file));
        Assert.Contains("portable.onnx", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_BlobIsDamaged_NamesTheWeight()
    {
        OnnxModel packed = ModelCompressor.Compress(ModelUnpacker.Unpack(OnnxModel.Load(_models.Portable())), new CompressionOptions()).Model;
        TensorProto blob = packed.Proto.Graph.Initializer.Single(tensor => tensor.DataType == (int)TensorProto.Types.DataType.Uint8);
        byte[] bytes = blob.RawData.ToByteArray();
        bytes.AsSpan(bytes.Length / 2, 16).Fill(0x5A);
        blob.RawData = ByteString.CopyFrom(bytes);
        string file = _models.Save(packed, "damaged.onnx");
        var e = Assert.Throws<InvalidDataException>(() => _ml.DeepCompression().ApplyCompressedOnnxModel(file).Fit(Rows()));
        Assert.Contains("damaged.onnx", e.Message, StringComparison.Ordinal);
        Assert.Contains("'w'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Frobnicate", "")]
    [InlineData("Relu", "com.unknown")]
    public void Fit_OperatorIsUnknown_NamesModelAndOperator(string op, string domain)
    {
        GraphProto graph = new() { Name = "g", Input = { SmallModels.Value("x", TensorProto.Types.DataType.Float, null, 512) }, Output = { SmallModels.Value("y", TensorProto.Types.DataType.Float, null, 512) } };
        graph.Node.Add(SmallModels.Node(op, ["x"], "y"));
        graph.Node[0].Domain = domain;
        ModelProto proto = new() { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } } };
        if (domain.Length > 0)
            proto.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = 1 });
        string file = _models.Save(new OnnxModel(proto), "unsupported.onnx");
        string[] before = Directory.GetFiles(Path.GetDirectoryName(file)!);
        foreach (Action fit in (Action[])[() => _ml.DeepCompression().ApplyCompressedOnnxModel(file).Fit(Rows()), () => _ml.DeepCompression().CompressOnnxModel(file).Fit(Rows())])
        {
            InvalidOperationException e = Assert.Throws<InvalidOperationException>(fit);
            Assert.Contains("unsupported.onnx", e.Message, StringComparison.Ordinal);
            Assert.Contains(op, e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public void CompressOnnxModel_ColumnOfAnotherTypeOrSize_NamesColumnTensorExpectedAndFoundAtFit()
    {
        string file = _models.Portable();
        IDataView integers = _ml.Data.LoadFromEnumerable([new Integers()]);
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.DeepCompression().CompressOnnxModel(file).Fit(integers));
        Assert.Contains("Input column 'x': tensor 'x' takes Single; found Vector<Int32, 512>.", e.Message, StringComparison.Ordinal);
        IDataView shorter = _ml.Data.LoadFromEnumerable([new Shorter()]);
        e = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.DeepCompression().CompressOnnxModel(file).Fit(shorter));
        Assert.Contains("Input column 'x': tensor 'x' of shape [?, 512] takes 512 values a row; found 511.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelLoad_ZipIsCutOff_Throws()
    {
        IDataView data = Rows();
        string zip = _models.PathOf("model.zip");
        using CompressedOnnxTransformer model = _ml.DeepCompression().ApplyCompressedOnnxModel(_models.Portable()).Fit(data);
        _ml.Model.Save(model, data.Schema, zip);
        byte[] bytes = File.ReadAllBytes(zip);
        File.WriteAllBytes(zip, bytes[..(bytes.Length / 2)]);
        FormatException e = Assert.Throws<FormatException>(() => _ml.Model.Load(zip, out _));
        Assert.Contains("zip archive", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_Failing_LeavesNoFile()
    {
        string file = _models.Portable();
        string[] before = Directory.GetFiles(Path.GetDirectoryName(file)!);
        string folder = Directory.CreateTempSubdirectory("mlnet-temporary").FullName;
        DeepCompressionCatalog dc = new MLContext(seed: 1) { TempFilePath = folder }.DeepCompression();
        Assert.Throws<ArgumentOutOfRangeException>(() => dc.CompressOnnxModel(file, ["y"], ["Nothing"]).Fit(Rows()));
        Assert.Throws<ArgumentOutOfRangeException>(() => dc.CompressOnnxModel(file, configure: o => o with { FineTuning = new() }).Fit(Rows()));
        Assert.Throws<InvalidOperationException>(() => dc.CompressOnnxModel(file, configure: o => o with { FineTuning = new(), Calibration = new() }).Fit(Rows()));
        Assert.Equal(before, Directory.GetFiles(Path.GetDirectoryName(file)!));
        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void FitTransformSaveLoadDispose_Together_LeaveNoTemporaryFile()
    {
        // A folder of its own: other tests use the system's at the same time.
        string folder = Directory.CreateTempSubdirectory("mlnet-temporary").FullName;
        MLContext ml = new(seed: 1) { TempFilePath = folder };
        IDataView data = Rows();
        using (MemoryStream zip = new())
        {
            using (CompressedOnnxTransformer model = ml.DeepCompression().CompressOnnxModel(_models.Portable()).Fit(data))
            {
                Assert.Single(model.Transform(data).GetColumn<float[]>("y"));
                ml.Model.Save(model, data.Schema, zip);
            }

            ITransformer loaded = ml.Model.Load(zip, out _);
            Assert.Single(loaded.Transform(data).GetColumn<float[]>("y"));
            ((IDisposable)loaded).Dispose();
        }

        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        Directory.Delete(folder, recursive: true);
    }

    private IDataView Rows() => _ml.Data.LoadFromEnumerable([new Row()]);

    private sealed class Integers
    {
        [ColumnName("x")]
        [VectorType(512)]
        public int[] X { get; set; } = new int[512];
    }

    private sealed class Shorter
    {
        [ColumnName("x")]
        [VectorType(511)]
        public float[] X { get; set; } = new float[511];
    }

    private sealed class Row
    {
        [ColumnName("x")]
        [VectorType(512)]
        public float[] X { get; set; } = new float[512];
    }
}
