using DeepCompression.ExecutionProvider;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ML;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.DeepCompression.Tests.Scoring;

namespace MLNet.DeepCompression.Tests;

public sealed class UseDeepCompressionTests : IDisposable
{
    private readonly SmallModels _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void ApplyOnnxModel_OfAContextThatUsesIt_ComputesCompressedWeights()
    {
        List<DeepCompressionReport> reports = [];
        MLContext ml = new MLContext().UseDeepCompression(onSession: reports.Add);
        string file = _models.Portable();
        IDataView data = ml.Data.LoadFromEnumerable(Rows());
        float[][] stock = [.. new MLContext().Transforms.ApplyOnnxModel("y", "x", file).Fit(data).Transform(data).GetColumn<float[]>("y")];
        float[][] found = [.. ml.Transforms.ApplyOnnxModel("y", "x", file).Fit(data).Transform(data).GetColumn<float[]>("y")];
        AssertClaimed(reports);
        AssertClose(stock, found);
    }

    [Fact]
    public void ModelLoad_OfAContextThatUsesIt_ComputesCompressedWeights()
    {
        MLContext plain = new();
        IDataView data = plain.Data.LoadFromEnumerable(Rows());
        using CompressedOnnxTransformer model = plain.DeepCompression().ApplyCompressedOnnxModel(_models.Portable()).Fit(data);
        using MemoryStream zip = new();
        plain.Model.Save(model, data.Schema, zip);

        List<DeepCompressionReport> reports = [];
        ITransformer loaded = new MLContext().UseDeepCompression(onSession: reports.Add).Model.Load(zip, out _);
        float[][] found = [.. loaded.Transform(data).GetColumn<float[]>("y")];
        AssertClaimed(reports);
        AssertClose([.. model.Transform(data).GetColumn<float[]>("y")], found);
        AssertClaimed([model.Execution!]);
    }

    [Fact]
    public void PredictionEnginePool_OfASavedPipeline_PredictsFromManyThreads()
    {
        MLContext plain = new();
        IDataView data = plain.Data.LoadFromEnumerable(Rows());
        string zip = _models.PathOf("model.zip");
        using CompressedOnnxTransformer model = plain.DeepCompression().ApplyCompressedOnnxModel(_models.Portable()).Fit(data);
        plain.Model.Save(model, data.Schema, zip);
        float[][] expected = [.. model.Transform(data).GetColumn<float[]>("y")];

        List<DeepCompressionReport> reports = [];
        ServiceCollection services = new();
        services.AddLogging();
        services.Configure<MLOptions>(options => options.MLContext.UseDeepCompression(onSession: reports.Add));
        services.AddPredictionEnginePool<Row, Scored>().FromFile(zip);
        using ServiceProvider provider = services.BuildServiceProvider();
        PredictionEnginePool<Row, Scored> pool = provider.GetRequiredService<PredictionEnginePool<Row, Scored>>();
        Row[] rows = Rows();
        float[][] found = new float[rows.Length][];
        Parallel.For(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => found[i] = pool.Predict(rows[i]).Y);
        AssertClaimed(reports);
        AssertClose(expected, found);
    }

    [Fact]
    public void PredictionEngine_Disposed_DisposesOfTheModel()
    {
        MLContext ml = new();
        IDataView data = ml.Data.LoadFromEnumerable(Rows());
        CompressedOnnxTransformer model = ml.DeepCompression().ApplyCompressedOnnxModel(_models.Portable()).Fit(data);
        using (PredictionEngine<Row, Scored> engine = ml.Model.CreatePredictionEngine<Row, Scored>(model))
            Assert.Equal(512, engine.Predict(Rows()[0]).Y.Length);
        Assert.Throws<ObjectDisposedException>(() => model.Transform(data).GetColumn<float[]>("y").ToArray());
        model.Dispose(); // twice is no error
    }

    private static void AssertClaimed(List<DeepCompressionReport> reports)
    {
        Assert.NotEmpty(reports);
        Assert.All(reports, report => Assert.True(report.Unavailable is not null || report.Decisions.Any(decision => decision.IsClaimed), report.ToString()));
    }

    // Sums in another order: 51 products of at most 0.25 each.
    private static void AssertClose(float[][] expected, float[][] found)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), rows => Assert.All(rows.First.Zip(rows.Second), pair => Assert.Equal(pair.First, pair.Second, 1e-5f)));
    }

    private static Row[] Rows()
    {
        Random random = new(9);
        return [.. Enumerable.Range(0, 40).Select(_ => new Row { X = [.. Enumerable.Range(0, 512).Select(_ => random.NextSingle() - 0.5f)] })];
    }

    private sealed class Row
    {
        [ColumnName("x")]
        [VectorType(512)]
        public float[] X { get; set; } = [];
    }

    private sealed class Scored
    {
        [ColumnName("y")]
        public float[] Y { get; set; } = [];
    }
}
