using System.Net;
using System.Text;

namespace MLNet.DeepCompression.Reports;

/// <summary>Writes a report as a picture.</summary>
internal static class SvgReport
{
    private const int Margin = 24;
    private const int RowHeight = 28;
    private const int HeaderHeight = 96; // title and headings
    private const int FooterHeight = 40;
    private const double CharacterWidth = 7.2; // of the font below, at 13 pixels
    private const int BarWidth = 90;

    public static string Write(CompressionSummary summary)
    {
        ReportRow[] rows = [.. ReportRow.Of(summary)];
        double names = Math.Max(70, CharacterWidth * rows.Select(row => row.Weight.Length).DefaultIfEmpty(0).Max());
        double shapes = Math.Max(60, CharacterWidth * rows.Select(row => row.Shape.Length).DefaultIfEmpty(0).Max());

        // Where columns begin (the first two) or end.
        double shape = Margin + names + 20, density = shape + shapes + 80, values = density + BarWidth + 70, before = values + 100, after = before + 90, ratio = after + BarWidth + 80;
        double width = ratio + Margin, height = HeaderHeight + (RowHeight * rows.Length) + FooterHeight;
        StringBuilder svg = new();
        svg.Append(ReportRow.Text($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:0}\" height=\"{height:0}\" viewBox=\"0 0 {width:0} {height:0}\" font-family=\"Segoe UI, Helvetica, Arial, sans-serif\" font-size=\"13\">"));
        svg.Append(ReportRow.Text($"<rect width=\"{width:0}\" height=\"{height:0}\" rx=\"8\" fill=\"#ffffff\"/>"));
        svg.Append(ReportRow.Text($"<text x=\"{Margin}\" y=\"42\" fill=\"#16212c\"><tspan font-size=\"24\" font-weight=\"600\">{summary.Ratio:0.0}x</tspan><tspan dx=\"8\">smaller: {summary.OriginalBytes:#,0} to {summary.CompressedBytes:#,0} bytes</tspan></text>"));
        double[] ends = [Margin, shape, density, values, before, after, ratio];
        for (int i = 0; i < ends.Length; i++)
            svg.Append(Cell(ends[i], HeaderHeight - 18, ReportRow.Headings[i], "#6b7a89", i >= 2));
        svg.Append(ReportRow.Text($"<line x1=\"{Margin}\" x2=\"{ratio:0.#}\" y1=\"{HeaderHeight - 8}\" y2=\"{HeaderHeight - 8}\" stroke=\"#d5dce3\"/>"));
        for (int i = 0; i < rows.Length; i++)
        {
            ReportRow row = rows[i];
            double y = HeaderHeight + (RowHeight * i) + 14;
            string[] cells = [row.Weight, row.Shape, row.Density, row.Values, row.Before, row.After, row.Ratio];
            for (int c = 0; c < cells.Length; c++)
                svg.Append(Cell(ends[c], y, cells[c], c == 1 ? "#6b7a89" : "#16212c", c >= 2));
            svg.Append(Bar(density + 12, y, row.DensityShare, "#9b7ede")).Append(Bar(after + 12, y, row.BytesShare, "#2f9fd8"));
        }

        svg.Append(Cell(Margin, height - 16, ReportRow.Text($"everything else in the file: {summary.CompressedBytes - summary.Model.WeightBytes:#,0} bytes"), "#6b7a89", isNumber: false));
        return svg.Append("</svg>").ToString();
    }

    private static string Cell(double x, double y, string text, string colour, bool isNumber) =>
        ReportRow.Text($"<text x=\"{x:0.#}\" y=\"{y:0.#}\" fill=\"{colour}\"{(isNumber ? " text-anchor=\"end\"" : "")}>{WebUtility.HtmlEncode(text)}</text>");

    private static string Bar(double x, double y, double share, string colour) =>
        ReportRow.Text($"<rect x=\"{x:0.#}\" y=\"{y - 9:0.#}\" width=\"{BarWidth}\" height=\"8\" rx=\"4\" fill=\"#edf1f5\"/><rect x=\"{x:0.#}\" y=\"{y - 9:0.#}\" width=\"{Math.Max(2, BarWidth * share):0.#}\" height=\"8\" rx=\"4\" fill=\"{colour}\"/>");
}
