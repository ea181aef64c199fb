using System.Globalization;
using Spectre.Console;

namespace DeepCompression.Cli.Output;

/// <summary>How numbers look in tables.</summary>
internal static class Figures
{
    private const int ColumnSpace = 3; // characters between columns

    /// <summary>Bytes with separators, for example <c>10,857,958</c>.</summary>
    public static string Bytes(long bytes) => bytes.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share as a percentage, for example <c>12.3 %</c>.</summary>
    public static string Percent(double share) =>
        double.IsFinite(share) ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %") : "infinite";

    /// <summary>A small share with three significant digits, for example <c>0.0123 %</c>.</summary>
    public static string SmallPercent(double share) =>
        double.IsFinite(share) ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:G3} %") : "infinite";

    /// <summary>A number with three significant digits.</summary>
    public static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>A ratio, for example <c>4.1x</c>; empty where it is undefined.</summary>
    public static string Ratio(double ratio) =>
        double.IsFinite(ratio) ? string.Create(CultureInfo.InvariantCulture, $"{ratio:0.0#}x") : "";

    /// <summary>A table without lines between rows; the columns after the first ones are numbers and stand at the right.</summary>
    public static Table Table(int textColumns, params string[] headings)
    {
        Table table = new() { Border = TableBorder.Simple };
        for (int i = 0; i < headings.Length; i++)
            table.AddColumn(new TableColumn(Markup.Escape(headings[i])) { Alignment = i < textColumns ? Justify.Left : Justify.Right, NoWrap = i > 0 });
        return table;
    }

    /// <summary>
    /// Writes rows as a table whose first column is whole. Where the console is too narrow, headings are folded, and columns that can be spared
    /// are left out, the first of <paramref name="spared"/> first; a line below says which.
    /// </summary>
    public static void WriteTable(CommandConsole console, int textColumns, string[] headings, IReadOnlyList<string[]> rows, params string[] spared)
    {
        int WidthOf(int column) => ColumnSpace + rows.Select(row => row[column].Length).Append(headings[column].Split(' ').Max(word => word.Length)).Max();
        List<int> columns = [.. Enumerable.Range(0, headings.Length)];
        List<string> missing = [];
        foreach (string heading in spared.TakeWhile(_ => columns.Sum(WidthOf) + ColumnSpace > console.Width))
        {
            columns.Remove(Array.IndexOf(headings, heading));
            missing.Add(heading);
        }

        Table table = Table(columns.Count(column => column < textColumns), [.. columns.Select(column => headings[column])]);
        foreach ((int i, TableColumn column) in table.Columns.Index())
            column.NoWrap = i == 0;
        foreach (string[] row in rows)
            table.AddText([.. columns.Select(column => row[column])]);
        console.Write(table);
        if (missing.Count > 0)
            console.WriteLine($"(for a wider terminal, or --json: {string.Join(", ", missing)})");
    }

    /// <summary>Adds a row of plain text.</summary>
    public static void AddText(this Table table, params string[] cells) => table.AddRow([.. cells.Select(Markup.Escape)]);
}
