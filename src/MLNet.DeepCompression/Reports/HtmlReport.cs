using System.Net;
using System.Text;

namespace MLNet.DeepCompression.Reports;

/// <summary>Writes a report as an HTML table.</summary>
internal static class HtmlReport
{
    private const int BarWidth = 90; // pixels
    private const string Style = """
        <style>
        .dc-report { font: 13px/1.5 system-ui, sans-serif; }
        .dc-report table { border-collapse: collapse; margin-top: .4em; }
        .dc-report th, .dc-report td { padding: .25em .8em; text-align: right; border: 0; white-space: nowrap; font-variant-numeric: tabular-nums; }
        .dc-report th { font-weight: 500; opacity: .65; border-bottom: 1px solid currentColor; }
        .dc-report th:nth-child(-n+2), .dc-report td:nth-child(-n+2) { text-align: left; }
        .dc-report tfoot td { border-top: 1px solid currentColor; font-weight: 600; }
        .dc-report svg { vertical-align: middle; margin-left: .6em; }
        .dc-report .dc-head { font-size: 20px; font-weight: 600; }
        .dc-report .dc-note { opacity: .65; }
        </style>
        """;

    public static string Write(CompressionSummary summary)
    {
        StringBuilder html = new($"<div class=\"dc-report\">{Style}<div><span class=\"dc-head\">{ReportRow.Text($"{summary.Ratio:0.0}x")}</span> smaller: {ReportRow.Text($"{summary.OriginalBytes:#,0}")} to {ReportRow.Text($"{summary.CompressedBytes:#,0}")} bytes</div><table><thead><tr>");
        foreach (string heading in ReportRow.Headings)
            html.Append($"<th>{heading}</th>");
        html.Append("</tr></thead><tbody>");
        foreach (ReportRow row in ReportRow.Of(summary))
        {
            html.Append($"<tr><td>{WebUtility.HtmlEncode(row.Weight)}</td><td>{row.Shape}</td><td>{row.Density}{Bar(row.DensityShare, "#9b7ede")}</td><td>{row.Values}</td>");
            html.Append($"<td>{row.Before}</td><td>{row.After}{Bar(row.BytesShare, "#2f9fd8")}</td><td>{row.Ratio}</td></tr>");
        }

        string others = ReportRow.Text($"everything else in the file: {summary.CompressedBytes - summary.Model.WeightBytes:#,0} bytes");
        return html.Append($"</tbody></table><div class=\"dc-note\">{others}</div></div>").ToString();
    }

    private static string Bar(double share, string colour) => ReportRow.Text(
        $"<svg width=\"{BarWidth}\" height=\"8\"><rect width=\"{BarWidth}\" height=\"8\" rx=\"4\" fill=\"currentColor\" opacity=\".1\"/><rect width=\"{Math.Max(2, BarWidth * share):0.#}\" height=\"8\" rx=\"4\" fill=\"{colour}\"/></svg>");
}
