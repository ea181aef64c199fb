using System.Globalization;
using DeepCompression.Onnx;

namespace MLNet.DeepCompression.Reports;

/// <summary>What compression brought: sizes, the ratio, and a row for every weight. Notebooks show <see cref="ToHtml"/> as a table.</summary>
public sealed class CompressionSummary
{
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

    /// <summary>
    /// The report as HTML: a table with a row for each weight, and bars for its density and its bytes. It needs no script and no other
    /// file, and takes the colour of the text around it. In a notebook: <c>HTML(transformer.Report.ToHtml())</c>.
    /// </summary>
    /// <returns>A <c>div</c> element.</returns>
    public string ToHtml() => HtmlReport.Write(this);

    /// <summary>The same table as a picture, to be kept as a file or put into a document.</summary>
    /// <returns>An SVG document.</returns>
    public string ToSvg() => SvgReport.Write(this);
}
