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
        Option<bool> json = CommonOptions.Json();
        Option<bool> csv = new("--csv") { Description = "Print the weights as CSV" };
        Option<bool> all = new("--all") { Description = "Show small constants in the table too" };
        Option<bool> quiet = CommonOptions.Quiet();
        var command = new Command("inspect", "Show every weight of a model and where its bytes go.") { file, json, csv, all, quiet };
        command.Validators.Add(result =>
        {
            if (result.GetValue(json) && result.GetValue(csv))
                result.AddError("--json and --csv exclude each other.");
        });
        command.SetAction(result =>
        {
            console.IsQuiet = result.GetValue(quiet);
            string path = result.GetValue(file)!;
            ModelReport report = console.WithProgress("Reading weights", _ => ModelInspector.Inspect(OnnxModel.Load(path)));
            if (result.GetValue(json))
                console.WriteLine(CliJson.Write(InspectFigures.ToDocument(path, report)));
            else if (result.GetValue(csv))
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

            Stages are the paper's: pruned (zeros left out), shared (codes in place of values), gaps and codes (relative index),
            coded (entropy coded, with codebooks and tables).
            """);
        return command;
    }
}
