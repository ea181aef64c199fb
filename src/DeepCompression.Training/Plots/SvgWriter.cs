using System.Globalization;
using System.Security;
using System.Text;

namespace DeepCompression.Training.Plots;

/// <summary>Draws a plot as a Scalable Vector Graphics document: no script, no outside font, readable on white.</summary>
internal static class SvgWriter
{
    private const int Width = 720; // pixels
    private const int Height = 440;
    private const int Left = 72;
    private const int Right = 24;
    private const int Top = 44;
    private const int Bottom = 56;
    private const int LegendLine = 18;
    private const int LegendGap = 10; // between what stands below the axis and the legend

    // Okabe and Ito's colours, which colour-blind readers can tell apart; black last.
    private static readonly string[] _colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];

    internal static string ToSvg(LinePlot plot)
    {
        ArgumentNullException.ThrowIfNull(plot);
        PlotAxis x = new(plot.Series.SelectMany(s => s.Points).Where(IsDrawn).Select(p => p.X), plot.LogarithmicX);
        PlotAxis y = new(plot.Series.SelectMany(s => s.Points).Where(IsDrawn).Select(p => p.Y), plot.LogarithmicY, plot.MinimumY, plot.MaximumY);
        int legend = plot.Series.Count > 1 ? (LegendRows(plot) * LegendLine) + LegendGap : 0;
        int height = Height + legend;
        StringBuilder svg = new();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#333\">\n"));
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        svg.Append(Invariant($"<text x=\"{Left}\" y=\"26\" font-size=\"15\" font-weight=\"bold\">{Escape(plot.Title)}</text>\n"));
        DrawAxes(svg, plot, x, y);
        for (int i = 0; i < plot.Series.Count; i++)
            DrawSeries(svg, plot.Series[i], i, x, y);
        if (legend > 0)
            DrawLegend(svg, plot);
        return svg.Append("</svg>\n").ToString();
    }

    private static bool IsDrawn((double X, double Y) point) => double.IsFinite(point.X) && double.IsFinite(point.Y);

    private static double PixelX(double place) => Left + (place * (Width - Left - Right));

    private static double PixelY(double place) => Height - Bottom - (place * (Height - Top - Bottom));

    private static void DrawAxes(StringBuilder svg, LinePlot plot, PlotAxis x, PlotAxis y)
    {
        double bottom = PixelY(0);
        foreach (double mark in y.Marks)
        {
            double at = PixelY(y.Place(mark) ?? 0);
            svg.Append(Invariant($"<line x1=\"{Left}\" y1=\"{at:0.##}\" x2=\"{Width - Right}\" y2=\"{at:0.##}\" stroke=\"#e3e3e3\"/>"));
            svg.Append(Invariant($"<text x=\"{Left - 8}\" y=\"{at + 4:0.##}\" text-anchor=\"end\">{PlotAxis.Format(mark)}</text>\n"));
        }

        foreach (double mark in x.Marks)
        {
            double at = PixelX(x.Place(mark) ?? 0);
            svg.Append(Invariant($"<line x1=\"{at:0.##}\" y1=\"{Top}\" x2=\"{at:0.##}\" y2=\"{bottom:0.##}\" stroke=\"#f0f0f0\"/>"));
            svg.Append(Invariant($"<text x=\"{at:0.##}\" y=\"{bottom + 18:0.##}\" text-anchor=\"middle\">{PlotAxis.Format(mark)}</text>\n"));
        }

        svg.Append(Invariant($"<path d=\"M{Left} {Top}V{bottom:0.##}H{Width - Right}\" fill=\"none\" stroke=\"#666\"/>\n"));
        svg.Append(Invariant($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{bottom + 42:0.##}\" text-anchor=\"middle\">{Escape(plot.XLabel)}</text>\n"));
        double middle = (Top + bottom) / 2;
        svg.Append(Invariant($"<text x=\"18\" y=\"{middle:0.##}\" text-anchor=\"middle\" transform=\"rotate(-90 18 {middle:0.##})\">{Escape(plot.YLabel)}</text>\n"));
    }

    private static void DrawSeries(StringBuilder svg, PlotSeries series, int index, PlotAxis x, PlotAxis y)
    {
        string colour = _colours[index % _colours.Length];
        List<(double X, double Y)> points = [];
        foreach ((double px, double py) in series.Points)
        {
            if (x.Place(px) is double placeX && y.Place(py) is double placeY)
                points.Add((PixelX(placeX), PixelY(placeY)));
        }

        string path = string.Join(' ', points.Select(p => Invariant($"{p.X:0.##},{p.Y:0.##}")));
        svg.Append(Invariant($"<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-linejoin=\"round\"{(series.Dashed ? " stroke-dasharray=\"6 4\"" : "")}/>\n"));
        if (points.Count > 40)
            return; // dots would hide the line
        foreach ((double px, double py) in points)
            svg.Append(Invariant($"<circle cx=\"{px:0.##}\" cy=\"{py:0.##}\" r=\"3\" fill=\"{colour}\"/>"));
        svg.Append('\n');
    }

    private static double LegendWidth(PlotSeries series) => 46 + (series.Name.Length * 6.6); // a character of 12 pixels is about 6.6 wide

    private static int LegendRows(LinePlot plot)
    {
        int rows = 0;
        ForEachLegend(plot, (_, _, row) => rows = row + 1);
        return rows;
    }

    private static void DrawLegend(StringBuilder svg, LinePlot plot) => ForEachLegend(plot, (index, left, row) =>
    {
        double at = Height + LegendGap + (row * LegendLine);
        string colour = _colours[index % _colours.Length];
        string dash = plot.Series[index].Dashed ? " stroke-dasharray=\"6 4\"" : "";
        svg.Append(Invariant($"<line x1=\"{left:0.##}\" y1=\"{at:0.##}\" x2=\"{left + 24:0.##}\" y2=\"{at:0.##}\" stroke=\"{colour}\" stroke-width=\"2\"{dash}/>"));
        svg.Append(Invariant($"<text x=\"{left + 30:0.##}\" y=\"{at + 4:0.##}\">{Escape(plot.Series[index].Name)}</text>\n"));
    });

    private static void ForEachLegend(LinePlot plot, Action<int, double, int> draw)
    {
        double left = Left;
        int row = 0;
        for (int i = 0; i < plot.Series.Count; i++)
        {
            double width = LegendWidth(plot.Series[i]);
            if (left > Left && left + width > Width - Right)
                (left, row) = (Left, row + 1);
            draw(i, left, row);
            left += width;
        }
    }

    private static string Escape(string text) => SecurityElement.Escape(text) ?? "";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
