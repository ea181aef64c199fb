using System.Globalization;
using DeepCompression.OnnxRuntime.Verification;
using Spectre.Console;

namespace DeepCompression.Cli.Output;

/// <summary>The table of <c>deepcompress verify</c>.</summary>
internal static class VerifyFigures
{
    public static void WriteTable(CommandConsole console, VerificationReport report, double maxError, bool holds)
    {
        Table table = Figures.Table(1, "output", "elements", "max |a-b|", "mean |a-b|", "relative", "cosine", "top-1");
        foreach (OutputComparison output in report.Outputs)
        {
            table.AddText(
                output.Name,
                Figures.Bytes(output.Elements),
                Figures.Number(output.MaxDifference),
                Figures.Number(output.MeanDifference),
                Figures.SmallPercent(output.RelativeError),
                output.Cosine.ToString("0.000000", CultureInfo.InvariantCulture),
                output.Top1Agreement is { } share ? $"{Figures.Percent(share)} of {Figures.Bytes(output.Top1Rows)}" : "");
        }

        console.Write(table);
        foreach (string skipped in report.SkippedOutputs)
            console.Warn($"output '{skipped}' is a sequence or map and was not compared.");
        console.WriteLine(Summary(report, maxError, holds));
    }

    public static string Summary(VerificationReport report, double? maxError, bool holds)
    {
        if (report.Identical)
            return $"All outputs are equal bit for bit on {report.Samples} samples.";
        string limit = maxError is { } value ? $"; {Figures.SmallPercent(value)} is allowed: {(holds ? "passed" : "FAILED")}" : "";
        return $"The outputs differ by {Figures.SmallPercent(report.RelativeError)} on {report.Samples} samples{limit}.";
    }
}
