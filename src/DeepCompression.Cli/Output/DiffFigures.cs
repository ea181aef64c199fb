using DeepCompression.Cli.Commands;
using Spectre.Console;

namespace DeepCompression.Cli.Output;

/// <summary>The table of <c>deepcompress diff</c>.</summary>
internal static class DiffFigures
{
    public static void Write(CommandConsole console, ModelDifference difference)
    {
        WeightDifference[] different = [.. difference.Weights.Where(w => w.State != "same")];
        if (different.Length > 0)
        {
            Table table = Figures.Table(3, "weight", "shape", "state", "changed", "zeroed", "max |a-b|", "relative");
            foreach (WeightDifference w in different)
            {
                bool counts = w.State == "changed";
                table.AddText(
                    w.Path, w.Shape, w.State,
                    counts ? Figures.Bytes(w.Changed) : "", counts ? Figures.Bytes(w.Zeroed) : "", counts ? Figures.Number(w.MaxDifference) : "", counts ? Figures.SmallPercent(w.RelativeError) : "");
            }

            console.Write(table);
        }

        console.WriteLine($"{difference.Weights.Count - different.Length} of {difference.Weights.Count} weights are equal bit for bit; the graphs are {(difference.SameGraph ? "equal" : "different")}.");
    }
}
