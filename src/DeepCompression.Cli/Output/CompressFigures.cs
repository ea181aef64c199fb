using System.Globalization;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Budget;
using Spectre.Console;

namespace DeepCompression.Cli.Output;

/// <summary>What <c>deepcompress compress</c> prints.</summary>
internal sealed class CompressFigures(string input, string output, ModelForm form, BudgetCompression compression, double? maxError, bool holds)
{
    private readonly CompressionResult _result = compression.Result;
    private readonly Dictionary<string, WeightChoice> _choices = compression.Choices.ToDictionary(c => c.Path);

    private long OutputBytes => _result.Report.FileBytes;

    private double Ratio => OutputBytes == 0 ? 0 : (double)_result.OriginalBytes / OutputBytes;

    public string ToJson() => CliJson.Write(new CompressDocument(
        input,
        output,
        form.ToString().ToLowerInvariant(),
        _result.OriginalBytes,
        OutputBytes,
        Ratio,
        holds,
        maxError,
        compression.Verification.Samples == 0 ? null : ComparisonDocument.From(compression.Verification),
        [.. compression.Choices.Select(c => new ChoiceDocument(c.Path, c.Sparsity, c.Bits, c.Groups, c.EntropyPenalty, c.ErrorShare, c.Reason))],
        [.. _result.Report.Weights.Select(w => InspectFigures.ToDocument(w, OutputBytes))]));

    public void Write(CommandConsole console)
    {
        Dictionary<string, string> changed = _result.Changed.GroupBy(n => n.Weight).ToDictionary(g => g.Key, g => string.Join("; ", g.Select(n => n.Text)));
        Dictionary<string, string> skipped = _result.Skipped.GroupBy(n => n.Weight).ToDictionary(g => g.Key, g => string.Join("; ", g.Select(n => n.Text)));
        Table table = Figures.Table(2, "weight", "shape", "density", "bits", "dense", "in file", "ratio", "what and why");
        table.Columns[^1].Alignment = Justify.Left;
        long others = 0;
        int otherCount = 0;
        foreach (WeightReport weight in _result.Report.Weights)
        {
            bool isShown = changed.ContainsKey(weight.Path) || _choices.ContainsKey(weight.Path) || weight.DenseBytes >= 4096;
            if (!isShown)
            {
                others += weight.FileBytes;
                otherCount++;
                continue;
            }

            string why = _choices.TryGetValue(weight.Path, out WeightChoice? choice) ? choice.Reason
                : changed.GetValueOrDefault(weight.Path) ?? skipped.GetValueOrDefault(weight.Path) ?? weight.Note;
            table.AddText(
                weight.Path,
                weight.Shape.ToString(),
                Figures.Percent(weight.Density),
                weight.CodebookSize > 0 ? Math.Max(1, (int)Math.Ceiling(Math.Log2(weight.CodebookSize))).ToString(CultureInfo.InvariantCulture) : "",
                Figures.Bytes(weight.DenseBytes),
                Figures.Bytes(weight.FileBytes),
                Figures.Ratio((double)weight.DenseBytes / Math.Max(1, weight.FileBytes)),
                why);
        }

        if (!console.IsQuiet)
        {
            console.Write(table);
            if (otherCount > 0)
                console.WriteLine($"and {otherCount} small constants, {Figures.Bytes(others)} bytes");
        }

        console.WriteLine($"{input}: {Figures.Bytes(_result.OriginalBytes)} bytes -> {output} ({form.ToString().ToLowerInvariant()}): {Figures.Bytes(OutputBytes)} bytes, {Figures.Ratio(Ratio)} smaller");
        if (compression.Verification.Samples > 0)
            console.WriteLine(VerifyFigures.Summary(compression.Verification, maxError, holds) + (compression.Runs > 0 ? $" Measured with {compression.Runs} runs of the model." : ""));
        else if (compression.Options.Lossless || compression.Options.Default is { IsLossless: true })
            console.WriteLine("No value of any weight changed.");
    }
}
