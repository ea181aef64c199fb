using System.CommandLine;
using DeepCompression.Cli.Output;

namespace DeepCompression.Cli.Commands;

/// <summary><c>deepcompress diff</c>: compares the weights and the graphs of two models.</summary>
internal static class DiffCommand
{
    public static Command Create(CommandConsole console)
    {
        Argument<string> left = CommonOptions.Model("A.onnx", "A model, in any form");
        Argument<string> right = CommonOptions.Model("B.onnx", "The model to compare with it, in any form");
        var format = new FormatOptions();
        Option<bool> quiet = CommonOptions.Quiet();
        var command = new Command("diff", "Compare the weights and the graphs of two models, in any form, without running them.") { left, right, quiet };
        format.AddTo(command);
        command.SetAction(result =>
        {
            console.IsQuiet = result.GetValue(quiet);
            string a = result.GetValue(left)!, b = result.GetValue(right)!;
            ModelDifference difference = console.WithProgress("Comparing weights", progress => ModelDifference.Find(CommonOptions.Load(a), CommonOptions.Load(b), progress));
            if (format.Read(result, console) == OutputFormat.Json)
                console.WriteLine(CliJson.Write(new DiffDocument(a, b, difference.IsSame, difference.SameGraph, [.. difference.Weights])));
            else
                DiffFigures.Write(console, difference);
            return difference.IsSame ? ExitCode.Success : ExitCode.Failed;
        });
        CommandLine.AddExamples(command, """
            Examples:
              deepcompress diff model.onnx small.onnx
              deepcompress diff pruned.onnx small.onnx --json

            Exit code 1 if a weight or the graph differs. Compressed weights count as what they stand for.
            """);
        return command;
    }
}
