using System.Globalization;
using System.Net;
using System.Text;
using DeepCompression.Onnx;

namespace MLNet.DeepCompression.Reports;

/// <summary>What compression brought: sizes, the ratio, and a row for every weight. Notebooks show it as a table.</summary>
public sealed class CompressionSummary
{
    private const int BarWidth = 160; // pixels

    internal CompressionSummary(ModelReport model, long originalBytes) => (Model, OriginalBytes) = (model, originalBytes);

    /// <summary>The compressed model, weight by weight.</summary>
    public ModelReport Model { get; }

    /// <summary>The size of the model before, in bytes.</summary>
    public long OriginalBytes { get; }

    /// <summary>The size of the model after, in bytes: the whole file, everything counted.</summary>
    public long CompressedBytes => Model.FileBytes;

    /// <summary>Size before by size after.</summary>
    public double Ratio => (double)OriginalBytes / CompressedBytes;

    /// <summary>One line: sizes and ratio.</summary>
    /// <returns>For example <c>1,725,006 -> 14,210 bytes, 121.4x</c>.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{OriginalBytes:#,0} -> {CompressedBytes:#,0} bytes, {Ratio:0.0}x");

    /// <summary>The report as HTML, with a bar of each weight's bytes as SVG. It needs no script and no other file.</summary>
    /// <returns>A table element.</returns>
    public string ToHtml()
    {
        StringBuilder html = new();
        html.Append(CultureInfo.InvariantCulture, $"<table><caption>{WebUtility.HtmlEncode(ToString())}</caption>");
        html.Append("<thead><tr><th>weight</th><th>shape</th><th>density</th><th>values</th><th>dense bytes</th><th>bytes</th><th>ratio</th><th></th></tr></thead><tbody>");
        long most = Model.Weights.Select(weight => weight.FileBytes).DefaultIfEmpty(1).Max();
        foreach (WeightReport weight in Model.Weights)
        {
            double width = BarWidth * (double)weight.FileBytes / Math.Max(most, 1);
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{WebUtility.HtmlEncode(weight.Path)}</td><td>{weight.Shape}</td><td>{weight.Density:P1}</td><td>{(weight.CodebookSize > 0 ? weight.CodebookSize : "")}</td>");
            html.Append(CultureInfo.InvariantCulture, $"<td>{weight.DenseBytes:#,0}</td><td>{weight.FileBytes:#,0}</td><td>{(double)weight.DenseBytes / Math.Max(weight.FileBytes, 1):0.0}x</td>");
            html.Append(CultureInfo.InvariantCulture, $"<td><svg width=\"{BarWidth}\" height=\"10\"><rect width=\"{width:0.#}\" height=\"10\" fill=\"#56ccf2\"/></svg></td></tr>");
        }

        return html.Append("</tbody></table>").ToString();
    }
}
