using System.CommandLine;
using DeepCompression.Cli.Output;
using DeepCompression.Onnx;

namespace DeepCompression.Cli.Commands;

/// <summary><c>deepcompress unpack</c>: makes a compressed model one that every runtime can run.</summary>
internal static class UnpackCommand
{
    public static Command Create(CommandConsole console)
    {
        Argument<string> input = CommonOptions.Model("IN.onnx", "The compressed model");
        Option<string> output = CommonOptions.Output();
        Option<UnpackTarget> target = new("--to") { Description = "dense: weights as they were before packing; portable: small, and runs on every ONNX runtime", HelpName = "dense|portable", Required = true };
        Option<bool> force = CommonOptions.Force();
        var format = new FormatOptions();
        Option<bool> quiet = CommonOptions.Quiet();
        var command = new Command("unpack", "Turn a compressed model into one that every ONNX runtime can run. No value changes.") { input, output, target, force, quiet };
        format.AddTo(command);
        command.SetAction(result =>
        {
            console.IsQuiet = result.GetValue(quiet);
            return Run(console, result.GetValue(input)!, result.GetValue(output)!, result.GetValue(target), result.GetValue(force), format.Read(result, console) == OutputFormat.Json);
        });
        CommandLine.AddExamples(command, """
            Examples:
              deepcompress unpack small.onnx -o dense.onnx --to dense
              deepcompress unpack small.onnx -o portable.onnx --to portable
            """);
        return command;
    }

    private static int Run(CommandConsole console, string input, string output, UnpackTarget target, bool force, bool json)
    {
        CommonOptions.CheckOutput(input, output, force);
        OnnxModel model = CommonOptions.Load(input);
        console.WithProgress("Unpacking", progress =>
        {
            ModelUnpacker.UnpackTo(model, output, target, new SaveOptions { Overwrite = force }, new ProgressReporter(progress));
            return true;
        });
        long before = new FileInfo(input).Length, after = new FileInfo(output).Length;
        console.WriteLine(json
            ? CliJson.Write(new UnpackDocument(input, output, target.ToString().ToLowerInvariant(), before, after))
            : $"{input}: {Figures.Bytes(before)} bytes -> {output}: {Figures.Bytes(after)} bytes");
        return ExitCode.Success;
    }
}
