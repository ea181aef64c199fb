using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace DeepCompression.Benchmarks.Harness;

/// <summary>Collects the rows of one benchmark, prints each as it comes, and writes <c>artifacts/bench/NAME.json</c>.</summary>
public sealed class BenchTable(string name)
{
    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly List<BenchRow> _rows = [];

    /// <summary>The rows so far.</summary>
    public IReadOnlyList<BenchRow> Rows => _rows;

    /// <summary>Adds a row and prints it on one line.</summary>
    public void Add(BenchRow row)
    {
        _rows.Add(row);
        string holds = row.Holds switch { true => "[green]holds[/]", false => "[red]short[/]", null => "" };
        AnsiConsole.MarkupLine($"{Markup.Escape(row.Name)}: {Figure(row.Measured)} {Markup.Escape(row.Unit)} {holds}");
    }

    /// <summary>Prints the whole table and writes the result file, which appears whole or not at all.</summary>
    /// <returns>Whether every bar holds.</returns>
    public bool Finish()
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns("name", "measured", "unit", "peer", "ratio", "bar", "holds", "note");
        foreach (BenchRow row in _rows)
        {
            table.AddRow(
                [.. new[] { row.Name, Figure(row.Measured), row.Unit, Figure(row.Peer), Figure(row.Ratio), row.Bar ?? "", row.Holds switch { true => "yes", false => "no", null => "" }, row.Note ?? "" }.Select(Markup.Escape)]);
        }

        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 200);
        AnsiConsole.Write(table);

        string folder = Path.Combine("artifacts", "bench");
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, name + ".json");
        File.WriteAllText(path + ".partial", JsonSerializer.Serialize(_rows, _json));
        File.Move(path + ".partial", path, overwrite: true);
        AnsiConsole.WriteLine($"written to {path}");
        return _rows.TrueForAll(row => row.Holds != false);
    }

    private static string Figure(double? value) => value switch
    {
        null => "",
        double v when Math.Abs(v) >= 1000 => v.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture),
        double v => v.ToString("G4", System.Globalization.CultureInfo.InvariantCulture),
    };
}
