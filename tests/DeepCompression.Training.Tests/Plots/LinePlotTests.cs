using System.Globalization;
using System.Xml.Linq;
using DeepCompression.Training.Plots;
using DeepCompression.Training.Tests.Data;

namespace DeepCompression.Training.Tests.Plots;

public sealed class LinePlotTests
{
    private static readonly XNamespace _svg = "http://www.w3.org/2000/svg";

    private static LinePlot Example => new()
    {
        Title = "Error <against> \"ratio\"",
        XLabel = "ratio, times",
        YLabel = "error, %",
        LogarithmicX = true,
        Series = [new PlotSeries("pruned & shared", [(1, 2), (10, 1), (100, 4), (1000, double.NaN)]), new PlotSeries("SVD", [(1, 2), (4, 9)], Dashed: true)],
    };

    [Fact]
    public void Save_TwoSeries_WritesALineOfEachPoint()
    {
        using TemporaryFolder folder = new();
        Example.Save(folder["plot"]);
        XElement root = XDocument.Load(folder["plot.svg"]).Root!;

        string[][] lines = [.. root.Elements(_svg + "polyline").Select(line => line.Attribute("points")!.Value.Split(' '))];
        Assert.Equal([3, 2], lines.Select(line => line.Length));
        double[] x = [.. lines[0].Select(point => double.Parse(point.Split(',')[0], CultureInfo.InvariantCulture))];
        double[] y = [.. lines[0].Select(point => double.Parse(point.Split(',')[1], CultureInfo.InvariantCulture))];
        Assert.Equal(x[1] - x[0], x[2] - x[1], 1); // equal factors are equal distances
        Assert.True(y[1] > y[0] && y[0] > y[2]); // down the page is less
        Assert.Contains(root.Elements(_svg + "text"), text => text.Value == "Error <against> \"ratio\"");
        Assert.Contains(root.Elements(_svg + "text"), text => text.Value == "pruned & shared");
    }

    [Fact]
    public void Save_TwoSeries_WritesTheDataAsCsv()
    {
        using TemporaryFolder folder = new();
        Example.Save(folder["plot"]);
        Assert.Equal("series,\"ratio, times\",\"error, %\"\npruned & shared,1,2\npruned & shared,10,1\npruned & shared,100,4\npruned & shared,1000,NaN\nSVD,1,2\nSVD,4,9\n", File.ReadAllText(folder["plot.csv"]));
    }

    [Fact]
    public void ToCsv_RowOfOtherLength_Throws() =>
        Assert.Throws<ArgumentException>(() => CsvWriter.ToCsv(["a", "b"], [[1]]));
}
