using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.DeepCompression.Tests.Scoring;

public sealed class CursorTests : IDisposable
{
    private readonly SmallModels _models = new();
    private readonly MLContext _ml = new(seed: 1);

    public void Dispose() => _models.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cursor_ReadingAhead_KeepsIdBatchAndPositionOfEachRow(bool shuffle)
    {
        IDataView data = Rows(100);
        using CompressedOnnxTransformer model = Fit(data, batchSize: 8);
        IDataView scored = model.Transform(data);
        (DataViewRowId Id, long Batch, float First)[] expected = Read(data, shuffle, "a", v => v);
        (DataViewRowId Id, long Batch, float First)[] found = Read(scored, shuffle, "sum", v => v / 2);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Cursor_AfterTheEnd_StaysThere()
    {
        IDataView data = Rows(3);
        using CompressedOnnxTransformer model = Fit(data, batchSize: 2);
        IDataView scored = model.Transform(data);
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<VBuffer<float>> sum = cursor.GetGetter<VBuffer<float>>(scored.Schema["sum"]);
        Assert.Equal(-1, cursor.Position);
        VBuffer<float> value = default;
        Assert.Throws<InvalidOperationException>(() => sum(ref value));
        for (int i = 0; i < 3; i++)
            Assert.True(cursor.MoveNext());
        Assert.Equal(2, cursor.Position);
        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
    }

    [Fact]
    public void Cursor_ColumnNotAskedFor_SaysSo()
    {
        IDataView data = Rows(3);
        using CompressedOnnxTransformer model = Fit(data, batchSize: 2);
        IDataView scored = model.Transform(data);
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["sum"]]);
        Assert.True(cursor.IsColumnActive(scored.Schema["sum"]));
        Assert.False(cursor.IsColumnActive(scored.Schema["difference"]));
        var e = Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<VBuffer<float>>(scored.Schema["difference"]));
        Assert.Contains("'difference' was not asked for", e.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<VBuffer<int>>(scored.Schema["sum"]));
    }

    [Fact]
    public void GetRowCursorSet_AllCursorsTogether_HaveEveryRowOnce()
    {
        IDataView data = Rows(50);
        using CompressedOnnxTransformer model = Fit(data, batchSize: 8);
        IDataView scored = model.Transform(data);
        List<float> found = [];
        foreach (DataViewRowCursor cursor in scored.GetRowCursorSet([scored.Schema["sum"]], 4))
        {
            using (cursor)
            {
                ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["sum"]);
                VBuffer<float> value = default;
                while (cursor.MoveNext())
                {
                    getter(ref value);
                    found.Add(value.GetValues()[0] / 2);
                }
            }
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (float)i), found.Order());
    }

    [Fact]
    public void Cursor_VectorsReadIntoOneBuffer_DoNotShareMemoryWithTheNextRow()
    {
        IDataView data = Rows(20);
        using CompressedOnnxTransformer model = Fit(data, batchSize: 5);
        float[][] kept = [.. model.Transform(data).GetColumn<VBuffer<float>>("sum").Select(value => value.DenseValues().ToArray())];
        Assert.Equal(Enumerable.Range(0, 20).Select(i => new float[] { 2 * i, 0, 0 }), kept);
    }

    [Theory]
    [InlineData(1, 7, 100)]
    [InlineData(3, 7, 100)]
    [InlineData(4, null, 1000)]
    public void Cursor_SeveralRunsAtATime_KeepsOrderAndLengths(int parallelism, int? batchSize, int count)
    {
        Line[] lines = [.. Enumerable.Range(0, count).Select(i => new Line { X = [.. Enumerable.Repeat((float)i, 1 + (i / 20 % 3))] })];
        IDataView data = _ml.Data.LoadFromEnumerable(lines);
        using CompressedOnnxTransformer model = _ml.DeepCompression()
            .ApplyCompressedOnnxModel(_models.AnyLength(), configure: o => o with { BatchSize = batchSize, Parallelism = parallelism }).Fit(data);
        Assert.Equal(lines.Select(line => line.X.Select(x => -x).ToArray()), model.Transform(data).GetColumn<float[]>("z"));
    }

    [Fact]
    public void Cursor_RunThatFailsAmongSeveral_ThrowsWhatOnnxRuntimeThrew()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 20).Select(i => new Line { X = [.. Enumerable.Repeat(1f, i + 1)] }).ToArray());
        using CompressedOnnxTransformer model = _ml.DeepCompression()
            .ApplyCompressedOnnxModel(_models.TenOfEach(), configure: o => o with { BatchSize = 4, Parallelism = 2 }).Fit(data);
        Assert.Throws<OnnxRuntimeException>(() => model.Transform(data).GetColumn<float[]>("z").Count());
    }

    [Fact]
    public void Transform_TwoInputsAndOutputsUnderOtherNames_BindsInTheModelsOrder()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new Pair { A = [i, 2 * i, 1], B = [1, i, i] }).ToArray());
        using CompressedOnnxTransformer model = _ml.DeepCompression().ApplyCompressedOnnxModel(_models.SumAndDifference(), ["Plus", "Minus"], ["a", "b"]).Fit(data);
        IDataView scored = model.Transform(data);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => new float[] { i + 1, 3 * i, 1 + i }), scored.GetColumn<float[]>("Plus"));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => new float[] { i - 1, i, 1 - i }), scored.GetColumn<float[]>("Minus"));
    }

    [Fact]
    public void Transform_OneOutputOfTwoByName_HasThatColumnAlone()
    {
        IDataView data = Rows(4);
        using CompressedOnnxTransformer model = _ml.DeepCompression().ApplyCompressedOnnxModel(_models.SumAndDifference(), ["difference"]).Fit(data);
        IDataView scored = model.Transform(data);
        Assert.Null(scored.Schema.GetColumnOrNull("sum"));
        Assert.All(scored.GetColumn<float[]>("difference"), row => Assert.Equal([0, 0, 0], row));
    }

    private CompressedOnnxTransformer Fit(IDataView data, int batchSize) =>
        _ml.DeepCompression().ApplyCompressedOnnxModel(_models.SumAndDifference(), configure: o => o with { BatchSize = batchSize }).Fit(data);

    private IDataView Rows(int count) =>
        _ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Pair { A = [i, 0, 0], B = [i, 0, 0] }).ToArray());

    private static (DataViewRowId Id, long Batch, float First)[] Read(IDataView data, bool shuffle, string column, Func<float, float> map)
    {
        List<(DataViewRowId, long, float)> rows = [];
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema[column]], shuffle ? new Random(5) : null);
        ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
        ValueGetter<VBuffer<float>> getValue = cursor.GetGetter<VBuffer<float>>(data.Schema[column]);
        VBuffer<float> value = default;
        DataViewRowId id = default;
        for (long position = 0; cursor.MoveNext(); position++)
        {
            Assert.Equal(position, cursor.Position);
            getId(ref id);
            getValue(ref value);
            rows.Add((id, cursor.Batch, map(value.GetItemOrDefault(0))));
        }

        return [.. rows];
    }

    private sealed class Line
    {
        [ColumnName("x")]
        public float[] X { get; set; } = [];
    }

    private sealed class Pair
    {
        [ColumnName("a")]
        [VectorType(3)]
        public float[] A { get; set; } = [];

        [ColumnName("b")]
        [VectorType(3)]
        public float[] B { get; set; } = [];
    }
}
