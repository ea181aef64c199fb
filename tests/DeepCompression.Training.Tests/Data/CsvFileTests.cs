using DeepCompression.Training.Data;

namespace DeepCompression.Training.Tests.Data;

public sealed class CsvFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_LabelColumnInTheMiddle_SplitsInputsAndLabels()
    {
        ArrayBatchSource source = CsvFile.Read(Write("a,label,b\n1,7,2.5\n\n\"3\",8,\"-1e2\"\n"), new CsvOptions { Scale = 2 });
        Batch batch = new(source.Fields, 2);
        source.Read([0, 1], batch);

        Assert.Equal([2f, 5f, 6f, -200f], batch.GetFloats(0));
        Assert.Equal([7L, 8L], batch.GetIntegers(1));
    }

    [Fact]
    public void Read_NoHeaderLabelByNumber_Reads()
    {
        ArrayBatchSource source = CsvFile.Read(Write("1;2;0\n3;4;1\n"), new CsvOptions { HasHeader = false, LabelColumn = "2", Separator = ';', SampleShape = new TensorShape(2, 1) });
        Assert.Equal(2, source.Count);
        Assert.Equal(new TensorShape(2, 1), source.Fields[0].SampleShape);
    }

    [Theory]
    [InlineData("a,label\n1,2,3\n", "line 2: 3 values")]
    [InlineData("a,label\nx,2\n", "line 2: 'x' is not a finite number")]
    [InlineData("a,label\n1,2.5\n", "line 2: '2.5' is not a class number")]
    [InlineData("a,label\nNaN,2\n", "line 2: 'NaN' is not a finite number")]
    [InlineData("a,b\n1,2\n", "no column 'label'")]
    [InlineData("a,label\n", "no sample")]
    [InlineData("", "no sample")]
    [InlineData("a,label\n\"1,2\n", "line 2: a quotation is not closed")]
    public void Read_BadLine_ThrowsInvalidDataThatNamesIt(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => CsvFile.Read(Write(text))).Message);

    private string Write(string text)
    {
        File.WriteAllText(_folder["data.csv"], text);
        return _folder["data.csv"];
    }
}
