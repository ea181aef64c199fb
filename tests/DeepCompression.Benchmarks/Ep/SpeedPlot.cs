using System.Globalization;
using System.Text;

namespace DeepCompression.Benchmarks.Ep;

/// <summary>Draws latency and memory of networks against stock ONNX Runtime as an SVG.</summary>
internal static class SpeedPlot
{
    private const int Width = 810; // pixels
    private const int RowHeight = 58;
    private const int BarHeight = 16;
    private const int LabelWidth = 240;
    private const int PanelWidth = 250;
    private const string Ours = "#2f7ed8";
    private const string Stock = "#b8bcc4";

    /// <summary>One network.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Milliseconds">A run of ours.</param>
    /// <param name="StockMilliseconds">A run of stock.</param>
    /// <param name="Megabytes">Memory of ours.</param>
    /// <param name="StockMegabytes">Memory of stock.</param>
    internal sealed record Bar(string Name, double Milliseconds, double StockMilliseconds, double Megabytes, double StockMegabytes);

    /// <summary>Writes the picture.</summary>
    public static void Write(string path, IReadOnlyList<Bar> bars)
    {
        int height = 70 + (bars.Count * RowHeight) + 26;
        StringBuilder svg = new();
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#24292f\">");
        Line(svg, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"#ffffff\"/>");
        Line(svg, $"<text x=\"{LabelWidth}\" y=\"26\" font-weight=\"bold\">Time of a run, 2 threads</text>");
        Line(svg, $"<text x=\"{LabelWidth + PanelWidth + 40}\" y=\"26\" font-weight=\"bold\">Memory of the session</text>");
        Line(svg, $"<text x=\"{LabelWidth}\" y=\"46\" fill=\"#57606a\">each as a share of the dense model on stock ONNX Runtime</text>");
        for (int i = 0; i < bars.Count; i++)
        {
            Bar bar = bars[i];
            int top = 64 + (i * RowHeight);
            Line(svg, $"<text x=\"{LabelWidth - 12}\" y=\"{top + BarHeight + 6}\" text-anchor=\"end\">{System.Security.SecurityElement.Escape(bar.Name)}</text>");
            Pair(svg, LabelWidth, top, bar.Milliseconds, bar.StockMilliseconds, "ms");
            Pair(svg, LabelWidth + PanelWidth + 40, top, bar.Megabytes, bar.StockMegabytes, "MB");
        }

        int legend = height - 12;
        Line(svg, $"<rect x=\"{LabelWidth}\" y=\"{legend - 11}\" width=\"12\" height=\"12\" fill=\"{Ours}\"/><text x=\"{LabelWidth + 18}\" y=\"{legend}\">compressed, with the execution provider</text>");
        Line(svg, $"<rect x=\"{LabelWidth + 290}\" y=\"{legend - 11}\" width=\"12\" height=\"12\" fill=\"{Stock}\"/><text x=\"{LabelWidth + 308}\" y=\"{legend}\">dense, stock</text>");
        svg.Append("</svg>\n");
        File.WriteAllText(path + ".partial", svg.ToString());
        File.Move(path + ".partial", path, overwrite: true);
    }

    private static void Pair(StringBuilder svg, int x, int y, double ours, double stock, string unit)
    {
        const int Room = PanelWidth - 70; // the rest is for the number
        double longest = Math.Max(ours, stock);
        Rectangle(svg, x, y, ours / longest * Room, Ours, ours, unit);
        Rectangle(svg, x, y + BarHeight + 2, stock / longest * Room, Stock, stock, unit);
    }

    private static void Rectangle(StringBuilder svg, int x, int y, double width, string colour, double value, string unit)
    {
        string number = value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
        Line(svg, $"<rect x=\"{x}\" y=\"{y}\" width=\"{Math.Max(width, 1):0.0}\" height=\"{BarHeight}\" fill=\"{colour}\"/><text x=\"{x + Math.Max(width, 1) + 6:0.0}\" y=\"{y + 13}\" font-size=\"12\">{number} {unit}</text>");
    }

    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(FormattableString.Invariant(text)).Append('\n');
}
