using System.CommandLine;
using DeepCompression.Cli.Output;
using DeepCompression.Onnx;

namespace DeepCompression.Cli.Commands;

/// <summary><c>deepcompress inspect</c>: shows where the bytes of a model are.</summary>
internal static class InspectCommand
{
    public static Command Create(CommandConsole console)
    {
        Argument<string> file = CommonOptions.Model("FILE.onnx", "A model, compressed or not");
        var format = new FormatOptions(hasCsv: true);
        Option<bool> paper = new("--paper") { Description = "Print the tables 1 to 5 of Han et al. 2016 for this model, Huffman coded" };
        Option<bool> all = new("--all") { Description = "Show small constants in the table too" };
        Option<bool> quiet = CommonOptions.Quiet();
        var command = new Command("inspect", "Show every weight of a model and where its bytes go.") { file, paper, all, quiet };
        format.AddTo(command);
        command.SetAction(result =>
        {
            console.IsQuiet = result.GetValue(quiet);
            string path = result.GetValue(file)!;
            OutputFormat chosen = format.Read(result, console);
            bool isPaper = result.GetValue(paper);
            if (isPaper && chosen == OutputFormat.Csv)
                throw new UsageException("--paper prints tables or JSON, not CSV.");
            ModelReport report = console.WithProgress("Reading weights", progress =>
                ModelInspector.Inspect(CommonOptions.Load(path), isPaper ? new PackingOptions { Coder = EntropyCoder.Huffman } : null, new ProgressReporter(progress)));
            if (isPaper)
                WritePaper(console, PaperFigures.ToDocument(path, report), chosen);
            else if (chosen == OutputFormat.Json)
                console.WriteLine(CliJson.Write(InspectFigures.ToDocument(path, report)));
            else if (chosen == OutputFormat.Csv)
                InspectFigures.WriteCsv(console, report);
            else
                InspectFigures.WriteTable(console, report, result.GetValue(all));
            return ExitCode.Success;
        });
        CommandLine.AddExamples(command, """
            Examples:
              deepcompress inspect model.onnx
              deepcompress inspect small.onnx --json
              deepcompress inspect small.onnx --csv > weights.csv
              deepcompress inspect small.onnx --paper

            Stages are the paper's: pruned (zeros left out), shared (codes in place of values), gaps and codes (relative index),
            coded (entropy coded, with codebooks and tables). The energy is an estimate from bytes and the paper's table of
            energy an access, not a measurement.
            """);
        return command;
    }

    private static void WritePaper(CommandConsole console, PaperDocument document, OutputFormat format)
    {
        if (format == OutputFormat.Json)
            console.WriteLine(CliJson.Write(document));
        else
            PaperFigures.WriteTables(console, document);
    }
}
