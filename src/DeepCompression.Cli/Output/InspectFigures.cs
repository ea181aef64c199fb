using System.Globalization;
using DeepCompression.Onnx;
using Spectre.Console;

namespace DeepCompression.Cli.Output;

/// <summary>What <c>deepcompress inspect</c> prints.</summary>
internal static class InspectFigures
{
    private const int SmallConstant = 256; // elements

    public static InspectDocument ToDocument(string file, ModelReport report) => new(
        file, report.FileBytes, report.DenseBytes, report.WeightBytes, report.FunctionBytes, report.OtherBytes, EnergyDocument.From(report), [.. report.Weights.Select(w => ToDocument(w, report.FileBytes))]);

    public static WeightDocument ToDocument(WeightReport weight, long fileBytes) => new(
        weight.Path,
        weight.OperatorTypes,
        weight.Role.ToString(),
        weight.ElementType.ToString(),
        [.. weight.Shape.Dimensions],
        weight.Form,
        weight.Density,
        weight.NonZeros,
        weight.Groups,
        weight.CodebookSize,
        Bits(weight),
        weight.DenseBytes,
        weight.ReadBytes,
        weight.FileBytes,
        fileBytes == 0 ? 0 : (double)weight.FileBytes / fileBytes,
        weight.Statistics is { } s
            ? new StagesDocument(s.PrunedBytes, s.SharedBytes, s.GapsAndCodesBytes, s.CodedIndexBytes, s.CodedValueBytes, s.SideBytes, s.BlobBytes, s.Coder.ToString())
            : null,
        weight.Note);

    public static void WriteTable(CommandConsole console, ModelReport report, bool all)
    {
        List<string[]> rows = [];
        var hidden = new List<WeightReport>();
        foreach (WeightReport weight in report.Weights)
        {
            if (!all && weight.Form == "Dense" && weight.Shape.Length < SmallConstant)
            {
                hidden.Add(weight);
                continue;
            }

            TensorStatistics? s = weight.Statistics;
            rows.Add(
            [
                weight.Path,
                $"{weight.Shape}{(weight.ElementType == ElementType.Float32 ? "" : $" {weight.ElementType}")}",
                string.Join(", ", weight.OperatorTypes),
                weight.Form,
                Figures.Percent(weight.Density),
                Bits(weight) is > 0 and int bits ? bits.ToString(CultureInfo.InvariantCulture) : "",
                Figures.Bytes(weight.DenseBytes),
                Stage(s?.PrunedBytes),
                Stage(s?.SharedBytes),
                Stage(s?.GapsAndCodesBytes),
                Stage(s?.BlobBytes),
                Figures.Bytes(weight.FileBytes),
                Figures.Percent((double)weight.FileBytes / report.FileBytes),
            ]);
        }

        string[] headings = ["weight", "shape", "used by", "form", "density", "bits", "dense", "pruned", "shared", "gaps + codes", "packed", "in file", "share"];
        Figures.WriteTable(console, 4, headings, rows, "used by", "form", "shape", "packed", "shared", "pruned", "gaps + codes", "bits", "density");
        if (hidden.Count > 0)
            console.WriteLine($"and {hidden.Count} small constants, {Figures.Bytes(hidden.Sum(w => w.FileBytes))} bytes (--all shows them)");
        console.WriteLine($"file {Figures.Bytes(report.FileBytes)} bytes: weights {Figures.Bytes(report.WeightBytes)} (dense {Figures.Bytes(report.DenseBytes)}), "
            + $"function bodies {Figures.Bytes(report.FunctionBytes)}, everything else {Figures.Bytes(report.OtherBytes)}");
        console.WriteLine(EnergyDocument.From(report).Describe());
    }

    public static void WriteCsv(CommandConsole console, ModelReport report)
    {
        console.WriteLine("path,operators,role,type,shape,form,density,nonZeros,groups,codebookSize,bits,denseBytes,prunedBytes,sharedBytes,gapsAndCodesBytes,packedBytes,readBytes,fileBytes,share");
        foreach (WeightReport w in report.Weights)
        {
            TensorStatistics? s = w.Statistics;
            console.WriteLine(string.Join(',', new object?[]
            {
                Quote(w.Path), Quote(string.Join(' ', w.OperatorTypes)), w.Role, w.ElementType, w.Shape, w.Form, w.Density, w.NonZeros, w.Groups, w.CodebookSize, Bits(w),
                w.DenseBytes, s?.PrunedBytes, s?.SharedBytes, s?.GapsAndCodesBytes, s?.BlobBytes, w.ReadBytes, w.FileBytes, (double)w.FileBytes / report.FileBytes,
            }.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture))));
        }
    }

    /// <summary>Bits a code, or 0 where values are not shared.</summary>
    private static int Bits(WeightReport weight) =>
        weight.CodebookSize == 0 ? 0 : Math.Max(1, (int)Math.Ceiling(Math.Log2(weight.CodebookSize)));

    private static string Stage(long? bytes) => bytes is { } value ? Figures.Bytes(value) : "";

    private static string Quote(string text) => text.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
