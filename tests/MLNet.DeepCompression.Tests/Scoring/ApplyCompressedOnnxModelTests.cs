using DeepCompression.Onnx.Schema;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Tests.Scoring;

public sealed class ApplyCompressedOnnxModelTests : IDisposable
{
    private readonly SmallModels _models = new();
    private readonly MLContext _ml = new(seed: 1);

    public void Dispose() => _models.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Transform_AnyBatchSize_ScoresRowsInOrder(int? batchSize)
    {
        IDataView data = Rows(100);
        using CompressedOnnxTransformer model = _ml.DeepCompression()
            .ApplyCompressedOnnxModel(_models.Linear(), ["Scores"], ["Pixels"], o => o with { BatchSize = batchSize }).Fit(data);
        Scored[] scored = [.. _ml.Data.CreateEnumerable<Scored>(model.Transform(data), reuseRowObject: false)];
        Assert.Equal(100, scored.Length);
        Assert.All(scored, (row, i) => Assert.Equal(Expected(i), row.Scores));
        Assert.All(scored, (row, i) => Assert.Equal($"row {i}", row.Name));
        Assert.All(scored, (row, i) => Assert.Equal(Pixels(i), row.Pixels));
    }

    [Fact]
    public void Transform_SameModel_EqualsBuiltInTransformer()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 20).Select(i => new Named { X = Pixels(i) }).ToArray());
        string file = _models.Linear();
        using CompressedOnnxTransformer ours = _ml.DeepCompression().ApplyCompressedOnnxModel(file).Fit(data);
        float[][] expected = [.. _ml.Transforms.ApplyOnnxModel("y", "x", file).Fit(data).Transform(data).GetColumn<float[]>("y")];
        Assert.Equal(expected, ours.Transform(data).GetColumn<float[]>("y").ToArray());
    }

    [Fact]
    public void Transform_OnlyInputColumnsAskedFor_RunsNoModel()
    {
        IDataView data = Rows(5);
        int sessions = 0;
        using CompressedOnnxTransformer model = _ml.DeepCompression()
            .ApplyCompressedOnnxModel(_models.Linear(), ["Scores"], ["Pixels"], o => o with { CreateSessionOptions = () => { sessions++; return new(); } }).Fit(data);
        Assert.Equal(1, sessions); // fitting has seen that the model runs
        Assert.Equal(5, model.Transform(data).GetColumn<string>("Name").Count());
        Assert.Equal(1, sessions);
        Assert.Equal(5, model.Transform(data).GetColumn<float[]>("Scores").Count());
        Assert.Equal(2, sessions);
    }

    [Fact]
    public void Transform_VectorsOfDifferentLength_KeepsEachRowsLength()
    {
        Lengths[] rows = [.. new[] { 3, 3, 1, 5, 5, 5, 2 }.Select((length, i) => new Lengths { Values = [.. Enumerable.Range(1, length).Select(v => (float)(v + i))] })];
        IDataView data = _ml.Data.LoadFromEnumerable(rows);
        using CompressedOnnxTransformer model = _ml.DeepCompression().ApplyCompressedOnnxModel(_models.AnyLength(), ["Negated"], ["Values"]).Fit(data);
        float[][] negated = [.. model.Transform(data).GetColumn<float[]>("Negated")];
        Assert.Equal(rows.Select(row => row.Values.Select(v => -v).ToArray()), negated);
    }

    [Fact]
    public void Transform_EveryColumnType_PassesThroughTheModel()
    {
        long?[] scalars = [null, 1];
        string file = _models.Identities(
            ("F", TensorProto.Types.DataType.Float, [null, 2]),
            ("D", TensorProto.Types.DataType.Double, scalars),
            ("I", TensorProto.Types.DataType.Int32, scalars),
            ("L", TensorProto.Types.DataType.Int64, scalars),
            ("B", TensorProto.Types.DataType.Bool, scalars),
            ("T", TensorProto.Types.DataType.String, scalars));
        AllTypes[] rows = [.. Enumerable.Range(0, 50).Select(i => new AllTypes { F = [i, -i], D = i / 3.0, I = i, L = 1L << i, B = i % 3 == 0, T = $"t{i}" })];
        IDataView data = _ml.Data.LoadFromEnumerable(rows);
        using CompressedOnnxTransformer model = _ml.DeepCompression().ApplyCompressedOnnxModel(file).Fit(data);
        IDataView scored = model.Transform(data);
        Assert.Equal(rows.Select(row => row.F), scored.GetColumn<float[]>("F_out"));
        Assert.Equal(rows.Select(row => row.D), scored.GetColumn<double[]>("D_out").Select(v => v[0]));
        Assert.Equal(rows.Select(row => row.I), scored.GetColumn<int[]>("I_out").Select(v => v[0]));
        Assert.Equal(rows.Select(row => row.L), scored.GetColumn<long[]>("L_out").Select(v => v[0]));
        Assert.Equal(rows.Select(row => row.B), scored.GetColumn<bool[]>("B_out").Select(v => v[0]));
        Assert.Equal(rows.Select(row => row.T), scored.GetColumn<string[]>("T_out").Select(v => v[0]));
    }

    [Fact]
    public void PredictionEngine_OfPipeline_ScoresOneRow()
    {
        IDataView data = Rows(10);
        ITransformer model = _ml.Transforms.CopyColumns("Copy", "Pixels")
            .Append(_ml.DeepCompression().ApplyCompressedOnnxModel(_models.Linear(), ["Scores"], ["Copy"])).Fit(data);
        using PredictionEngine<Row, Scored> engine = _ml.Model.CreatePredictionEngine<Row, Scored>(model);
        for (int i = 0; i < 5; i++)
            Assert.Equal(Expected(i), engine.Predict(new Row { Pixels = Pixels(i), Name = "n" }).Scores);
    }

    [Fact]
    public void Save_LoadedByPlainMLNet_ScoresTheSame()
    {
        IDataView data = Rows(10);
        ITransformer model = _ml.Transforms.CopyColumns("Copy", "Pixels")
            .Append(_ml.DeepCompression().ApplyCompressedOnnxModel(_models.Linear(), ["Scores"], ["Copy"])).Fit(data);
        using MemoryStream zip = new();
        _ml.Model.Save(model, data.Schema, zip);
        ITransformer loaded = new MLContext().Model.Load(zip, out _);
        float[][] scores = [.. loaded.Transform(data).GetColumn<float[]>("Scores")];
        Assert.Equal(Enumerable.Range(0, 10).Select(Expected), scores);
    }

    [Fact]
    public void Fit_ColumnIsMissing_NamesColumnTensorAndWhatTheDataHas()
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.DeepCompression().ApplyCompressedOnnxModel(_models.Linear(), ["Scores"], ["Nothing"]).Fit(Rows(1)));
        Assert.Contains("Could not find input column 'Nothing' for tensor 'x'; the data has Pixels, Name.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_ColumnHasAnotherType_NamesExpectedAndFound()
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.DeepCompression().ApplyCompressedOnnxModel(_models.Linear(), ["Scores"], ["Name"]).Fit(Rows(1)));
        Assert.Contains("Input column 'Name': tensor 'x' takes Single; found String.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_VectorHasAnotherSize_NamesExpectedAndFound()
    {
        IDataView data = _ml.Data.LoadFromEnumerable([new Five { Pixels = new float[5] }]);
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.DeepCompression().ApplyCompressedOnnxModel(_models.Linear(), ["Scores"], ["Pixels"]).Fit(data));
        Assert.Contains("tensor 'x' of shape [?, 4] takes 4 values a row; found 5.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_ModelLeavesTwoDimensionsOpen_AsksForTheShapeAndTakesIt()
    {
        string file = _models.Identities(("image", TensorProto.Types.DataType.Float, [null, 1, null, null]));
        DeepCompressionCatalog dc = _ml.DeepCompression();
        var e = Assert.Throws<ArgumentException>(() => dc.ApplyCompressedOnnxModel(file, ["Same"], ["Pixels"]));
        Assert.Contains("Column 'Pixels': input 'image' of shape [?, 1, ?, ?] leaves more than one dimension open; give its shape.", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<ArgumentException>(() => dc.ApplyCompressedOnnxModel(file, ["Same"], ["Pixels"], o => o with { Shapes = new Dictionary<string, int[]> { ["image"] = [-1, 3, 2, 2] } }));
        Assert.Contains("Input 'image' has the shape [?, 1, ?, ?]; the shape given is [-1, 3, 2, 2].", e.Message, StringComparison.Ordinal);

        IDataView data = Rows(40);
        using CompressedOnnxTransformer model = dc.ApplyCompressedOnnxModel(file, ["Same"], ["Pixels"], o => o with { Shapes = new Dictionary<string, int[]> { ["image"] = [-1, 1, 2, 2] } }).Fit(data);
        Assert.Equal(Enumerable.Range(0, 40).Select(Pixels), model.Transform(data).GetColumn<float[]>("Same"));
    }

    [Fact]
    public void GetOutputSchema_ColumnIsMissing_ThrowsBeforeFit()
    {
        var pipeline = new EstimatorChain<ITransformer>().Append(_ml.DeepCompression().ApplyCompressedOnnxModel(_models.Linear(), ["Scores"], ["Copy"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => pipeline.GetOutputSchema(new SchemaShape([])));
    }

    [Fact]
    public void ApplyCompressedOnnxModel_TooManyOutputColumns_NamesThem()
    {
        var e = Assert.Throws<ArgumentException>(() => _ml.DeepCompression().ApplyCompressedOnnxModel(_models.Linear(), ["A", "B"], ["Pixels"]));
        Assert.Contains("The model has 1 outputs (y); found 2 output columns (A, B).", e.Message, StringComparison.Ordinal);
    }

    private static float[] Pixels(int i) => [i, 1, 0.5f * i, -i];

    private static float[] Expected(int row)
    {
        float[] x = Pixels(row);
        return [.. Enumerable.Range(0, 3).Select(j => 1 + Enumerable.Range(0, 4).Sum(i => x[i] * (i + (10 * j))))];
    }

    private IDataView Rows(int count) =>
        _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Row { Pixels = Pixels(i), Name = $"row {i}" }).ToArray());

    private sealed class Row
    {
        [VectorType(4)]
        public float[] Pixels { get; set; } = [];

        public string Name { get; set; } = "";
    }

    private sealed class Scored
    {
        public float[] Pixels { get; set; } = [];

        public string Name { get; set; } = "";

        public float[] Scores { get; set; } = [];
    }

    private sealed class Named
    {
        [ColumnName("x")]
        [VectorType(4)]
        public float[] X { get; set; } = [];
    }

    private sealed class Five
    {
        [VectorType(5)]
        public float[] Pixels { get; set; } = [];
    }

    private sealed class Lengths
    {
        public float[] Values { get; set; } = [];
    }

    private sealed class AllTypes
    {
        [VectorType(2)]
        public float[] F { get; set; } = [];

        public double D { get; set; }

        public int I { get; set; }

        public long L { get; set; }

        public bool B { get; set; }

        public string T { get; set; } = "";
    }
}
