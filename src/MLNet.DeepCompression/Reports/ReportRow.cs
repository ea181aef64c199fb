using System.Globalization;
using DeepCompression.Onnx;

namespace MLNet.DeepCompression.Reports;

/// <summary>A weight's row of a report, as text and as shares of a bar.</summary>
/// <param name="Weight">The weight's path.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Density">Its non-zeros, in percent.</param>
/// <param name="Values">How many values its elements share; empty where they have their own.</param>
/// <param name="Before">Its bytes before.</param>
/// <param name="After">Its bytes in the file.</param>
/// <param name="Ratio">Before by after.</param>
/// <param name="DensityShare">The length of the density's bar, 0..1.</param>
/// <param name="BytesShare">The length of the bytes' bar, 0..1: 1 for the weight that takes most of the file.</param>
internal sealed record ReportRow(string Weight, string Shape, string Density, string Values, string Before, string After, string Ratio, double DensityShare, double BytesShare)
{
    /// <summary>The headings of the columns.</summary>
    public static IReadOnlyList<string> Headings { get; } = ["weight", "shape", "density", "values", "before", "after", "ratio"];

    /// <summary>The rows of a report: its weights, and then the whole file.</summary>
    public static IEnumerable<ReportRow> Of(CompressionSummary summary)
    {
        long most = summary.Model.Weights.Select(weight => weight.FileBytes).DefaultIfEmpty(1).Max();
        foreach (WeightReport weight in summary.Model.Weights)
        {
            yield return new ReportRow(
                weight.Path, weight.Shape.ToString().Replace("x", " x ", StringComparison.Ordinal), Text($"{100 * weight.Density:0.0} %"), weight.CodebookSize > 0 ? Text($"{weight.CodebookSize}") : "",
                Text($"{weight.DenseBytes:#,0}"), Text($"{weight.FileBytes:#,0}"), Text($"{(double)weight.DenseBytes / Math.Max(weight.FileBytes, 1):0.0}x"),
                weight.Density, (double)weight.FileBytes / Math.Max(most, 1));
        }
    }

    /// <summary>Text of a number, the same in every country.</summary>
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
