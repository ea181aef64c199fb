using System.CommandLine;
using System.Globalization;
using DeepCompression.Cli.Commands;
using DeepCompression.Cli.Output;
using DeepCompression.Onnx;
using DeepCompression.Training.Data;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Sensitivity;
using Spectre.Console;

namespace DeepCompression.Cli.Training;

/// <summary><c>deepcompress sensitivity</c>: accuracy where one weight at a time is pruned or shared.</summary>
internal static class SensitivityCommand
{
    public static Command Create(CommandConsole console)
    {
        Argument<string> model = CommonOptions.Model("MODEL.onnx", "A trained model");
        DataOptions data = new();
        Option<string?> plot = new("--plot") { Description = "Write plots NAME-sparsity.svg and NAME-bits.svg, and their data as .csv", HelpName = "NAME" };
        Option<double?> budget = CommonOptions.Share("--budget", "Choose sparsity and bits of each weight for this loss of accuracy, without retraining");
        Option<int> batch = new("--batch") { Description = "Samples at a time", HelpName = "N", DefaultValueFactory = _ => 64 };
        FormatOptions format = new();
        Option<bool> quiet = CommonOptions.Quiet();
        Command command = new("sensitivity", "Measure how much accuracy each weight can lose: pruned or shared alone, not retrained.") { model };
        data.AddTo(command, trains: false);
        foreach (Option option in new Option[] { plot, budget, batch, quiet })
            command.Options.Add(option);
        format.AddTo(command);
        command.SetAction(result =>
        {
            console.IsQuiet = result.GetValue(quiet);
            OnnxModel loaded = ModelUnpacker.Unpack(CommonOptions.Load(result.GetValue(model)!));
            (IBatchSource samples, _) = data.Read(result);
            RunOptions run = new() { BatchSize = Math.Max(1, result.GetValue(batch)) };
            try
            {
                SensitivityReport report = console.WithProgress("Trying", progress => SensitivityAnalysis.Run(loaded.Proto, samples, new SensitivityOptions { Run = run, Progress = progress }));
                bool isJson = format.Read(result, console) == OutputFormat.Json;
                if (!isJson)
                    Write(console, report);
                if (result.GetValue(plot) is string name)
                {
                    report.ToSparsityPlot().Save(name + "-sparsity");
                    report.ToBitsPlot().Save(name + "-bits");
                }

                BudgetChoice? choice = result.GetValue(budget) is double allowed ? console.WithProgress("Choosing", _ => BudgetSelector.Select(loaded.Proto, samples, report, allowed, run)) : null;
                if (isJson)
                    console.WriteLine(choice is null ? report.ToJson() : $"{{\n\"sensitivity\": {report.ToJson()},\n\"choice\": {choice.ToJson()}\n}}"); // one document
                else if (choice is not null)
                    Write(console, choice);
            }
            catch (ArgumentException e)
            {
                throw new UsageException(e.Message.Split(" (Parameter")[0]);
            }

            return ExitCode.Success;
        });
        CommandLine.AddExamples(command, """
            Examples:
              deepcompress sensitivity trained.onnx --data held-out.npz --plot sensitivity
              deepcompress sensitivity trained.onnx --data held-out.npz --budget 1%
            """);
        return command;
    }

    private static void Write(CommandConsole console, SensitivityReport report)
    {
        string[] headings = [.. report.Points.Where(p => p.Weight == report.Weights[0]).Select(p => p.Bits is int bits ? $"{bits} bits" : Figures.Percent(p.Sparsity!.Value))];
        Table table = Figures.Table(1, ["accuracy at", .. headings]);
        foreach (string weight in report.Weights)
            table.AddText([weight, .. report.Points.Where(p => p.Weight == weight).Select(p => Figures.Percent(p.Accuracy))]);
        console.Write(table);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"as it is: {100 * report.BaseAccuracy:F2} % of {report.Samples:N0}"));
    }

    private static void Write(CommandConsole console, BudgetChoice choice)
    {
        Table table = Figures.Table(1, "weight", "sparsity", "bits");
        foreach (WeightChoice weight in choice.Weights)
            table.AddText(weight.Weight, Figures.Percent(weight.Sparsity), weight.Bits?.ToString(CultureInfo.InvariantCulture) ?? "");
        console.Write(table);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all together: accuracy {100 * choice.Accuracy:F2} % of {100 * choice.BaseAccuracy:F2} %, about {choice.Bits / 8:N0} bytes of weights"));
    }
}
