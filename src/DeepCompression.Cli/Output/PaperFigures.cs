using System.Globalization;
using DeepCompression.Onnx;
using Spectre.Console;

namespace DeepCompression.Cli.Output;

/// <summary>The tables 1 to 5 of Han et al. 2016 for any model. P is pruning, Q quantization (weight sharing), H Huffman coding.</summary>
internal static class PaperFigures
{
    public static PaperDocument ToDocument(string file, ModelReport report)
    {
        WeightReport[] weights = [.. report.Weights.Where(weight => weight.Role is not (WeightRole.Bias or WeightRole.Normalization or WeightRole.Other) || weight.Form != "Dense")];
        PaperLayer[] layers = [.. weights.Select(ToLayer)];
        long dense = weights.Sum(w => w.DenseBytes);
        return new PaperDocument(file, report.DenseBytes, report.FileBytes, Ratio(report.DenseBytes, report.FileBytes), layers, Total(weights, layers, dense), EnergyDocument.From(report));
    }

    public static void WriteTables(CommandConsole console, PaperDocument document)
    {
        Table network = Figures.Table(1, "network", "parameters", "compressed", "compress rate");
        network.AddText(Path.GetFileNameWithoutExtension(document.Network), Kilobytes(document.ParameterBytes), Kilobytes(document.FileBytes), Figures.Ratio(document.CompressRate));
        console.WriteLine("Table 1: the network; parameters dense, and the file as it is");
        console.Write(network);

        string[] headings = ["layer", "#weights", "weights% (P)", "weight bits (P+Q)", "weight bits (P+Q+H)", "index bits (P+Q)", "index bits (P+Q+H)", "compress rate (P+Q)", "compress rate (P+Q+H)"];
        IEnumerable<string[]> layers = document.Layers.Append(document.Total).Select(layer => new[]
        {
            layer.Layer, Count(layer.Weights), Figures.Percent(layer.Density), Bits(layer.WeightBits), Bits(layer.WeightBitsCoded),
            Bits(layer.IndexBits), Bits(layer.IndexBitsCoded), Figures.Percent(layer.Rate), Figures.Percent(layer.RateCoded),
        });

        console.WriteLine("Tables 2 to 5: what each stage does to each layer. P: pruning, Q: quantization (weight sharing), H: Huffman coding; bits a non-zero");
        Figures.WriteTable(console, 1, headings, [.. layers], "index bits (P+Q)", "weight bits (P+Q)", "compress rate (P+Q)", "#weights");
        console.WriteLine(document.Energy.Describe());
    }

    private static PaperLayer ToLayer(WeightReport weight)
    {
        if (weight.Statistics is not { } s)
            return new PaperLayer(weight.Path, weight.Shape.Length, 1, 8 * weight.ElementType.GetSize(), 8 * weight.ElementType.GetSize(), 0, 0, 1, 1);
        return new PaperLayer(
            weight.Path, s.Elements, s.Density, s.CodeBits, s.BitsPerNonZero(s.CodedValueBytes), s.RawGapBits, s.BitsPerNonZero(s.CodedIndexBytes),
            (double)s.GapsAndCodesBytes / Math.Max(1, s.DenseBytes), (double)s.BlobBytes / Math.Max(1, s.DenseBytes));
    }

    // Bits are means over the non-zeros of all layers, rates over their bytes.
    private static PaperLayer Total(WeightReport[] weights, PaperLayer[] layers, long dense)
    {
        double elements = layers.Sum(l => (double)l.Weights), nonZeros = Math.Max(1, layers.Sum(l => l.Weights * l.Density));
        double Mean(Func<PaperLayer, double> bits) => layers.Sum(l => l.Weights * l.Density * bits(l)) / nonZeros;
        double Rate(Func<PaperLayer, double> rate) => dense == 0 ? 1 : weights.Zip(layers, (w, l) => w.DenseBytes * rate(l)).Sum() / dense;
        return new PaperLayer(
            "total", (long)elements, elements == 0 ? 0 : nonZeros / elements, Mean(l => l.WeightBits), Mean(l => l.WeightBitsCoded), Mean(l => l.IndexBits), Mean(l => l.IndexBitsCoded),
            Rate(l => l.Rate), Rate(l => l.RateCoded));
    }

    private static double Ratio(long dense, long compressed) => compressed == 0 ? 0 : (double)dense / compressed;

    private static string Kilobytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000.0:#,0.0} KB");

    private static string Count(long weights) => weights < 1_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{weights / 1000.0:0.#}K")
        : string.Create(CultureInfo.InvariantCulture, $"{weights / 1e6:0.#}M");

    private static string Bits(double bits) => bits.ToString("0.##", CultureInfo.InvariantCulture);
}
