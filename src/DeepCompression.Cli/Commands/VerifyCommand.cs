using System.CommandLine;
using DeepCompression.Cli.Output;
using DeepCompression.Onnx;
using DeepCompression.OnnxRuntime.Verification;

namespace DeepCompression.Cli.Commands;

/// <summary><c>deepcompress verify</c>: runs two models on the same inputs and compares their outputs.</summary>
internal static class VerifyCommand
{
    private const double DefaultMaxError = 0.01;

    public static Command Create(CommandConsole console)
    {
        Argument<string> original = CommonOptions.Model("ORIGINAL.onnx", "The model as it was");
        Argument<string> other = CommonOptions.Model("OTHER.onnx", "The model to compare with it, in any form");
        Option<double?> maxError = CommonOptions.Share("--max-error", "The relative error of the outputs that is allowed; default 1%");
        var format = new FormatOptions();
        Option<bool> quiet = CommonOptions.Quiet();
        var inputs = new InputOptions();
        var command = new Command("verify", "Run two models on ONNX Runtime and compare their outputs.") { original, other, maxError };
        inputs.AddTo(command);
        format.AddTo(command);
        command.Options.Add(quiet);
        command.SetAction(result =>
        {
            console.IsQuiet = result.GetValue(quiet);
            return Run(console, result.GetValue(original)!, result.GetValue(other)!, inputs.Read(result), result.GetValue(maxError) ?? DefaultMaxError, format.Read(result, console) == OutputFormat.Json);
        });
        CommandLine.AddExamples(command, """
            Examples:
              deepcompress verify model.onnx small.onnx
              deepcompress verify model.onnx small.onnx --inputs samples.npz --max-error 0.5%
              deepcompress verify model.onnx small.onnx --shape image=1x3x48x320 --samples 16 --json

            The relative error of an output is |a - b| / |a| over all samples. Exit code 1 if it is more than allowed.
            """);
        return command;
    }

    private static int Run(CommandConsole console, string original, string other, InputChoice inputs, double maxError, bool json)
    {
        VerificationReport report = Verify(console, CommonOptions.Load(original), CommonOptions.Load(other), inputs);
        inputs.WarnIfRandom(console);
        bool holds = report.RelativeError <= maxError;
        if (json)
            console.WriteLine(CliJson.Write(new VerifyDocument(original, other, ComparisonDocument.From(report), maxError, holds)));
        else
            VerifyFigures.WriteTable(console, report, maxError, holds);
        return holds ? ExitCode.Success : ExitCode.Failed;
    }

    /// <summary>Compares two models that are in memory.</summary>
    public static VerificationReport Verify(CommandConsole console, OnnxModel original, OnnxModel other, InputChoice inputs) =>
        console.WithProgress("Comparing outputs", progress => ModelVerifier.Verify(
            () => ModelRunner.Open(original),
            () => ModelRunner.Open(other),
            runner => inputs.Samples(original, runner),
            (done, all) => progress((double)done / all)));
}
