using System.CommandLine;
using DeepCompression.Cli.Output;

namespace DeepCompression.Cli.Commands;

/// <summary>The options that say how a result is printed: as a table on a terminal, as JSON into a file or pipe, unless it is said.</summary>
internal sealed class FormatOptions
{
    private readonly Option<string?> _format;
    private readonly Option<bool> _json = new("--json") { Description = "The same as --format json" };
    private readonly Option<bool>? _csv;

    public FormatOptions(bool hasCsv = false)
    {
        string[] names = hasCsv ? ["table", "json", "csv"] : ["table", "json"];
        _format = new("--format") { Description = "How the result is printed. Default: table on a terminal, json otherwise", HelpName = string.Join('|', names) };
        _format.AcceptOnlyFromAmong(names);
        if (hasCsv)
            _csv = new("--csv") { Description = "The same as --format csv" };
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_format);
        command.Options.Add(_json);
        if (_csv is not null)
            command.Options.Add(_csv);
        command.Validators.Add(result =>
        {
            int given = (result.GetResult(_format) is null ? 0 : 1) + (result.GetValue(_json) ? 1 : 0) + (_csv is not null && result.GetValue(_csv) ? 1 : 0);
            if (given > 1)
                result.AddError(_csv is null ? "--format and --json exclude each other." : "--format, --json and --csv exclude each other.");
        });
    }

    /// <summary>What the user chose, or what fits where the result goes.</summary>
    public OutputFormat Read(ParseResult result, CommandConsole console)
    {
        if (result.GetValue(_json))
            return OutputFormat.Json;
        if (_csv is not null && result.GetValue(_csv))
            return OutputFormat.Csv;
        return result.GetValue(_format) switch
        {
            "table" => OutputFormat.Table,
            "json" => OutputFormat.Json,
            "csv" => OutputFormat.Csv,
            _ => console.OutputIsTerminal ? OutputFormat.Table : OutputFormat.Json,
        };
    }
}
