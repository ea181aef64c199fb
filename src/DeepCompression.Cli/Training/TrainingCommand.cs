using System.CommandLine;
using System.Globalization;
using DeepCompression.Cli.Commands;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training;
using DeepCompression.Training.Data;
using DeepCompression.Training.Procedures;

namespace DeepCompression.Cli.Training;

/// <summary>What all commands that train have in common: read a model and data, train, measure, write a model.</summary>
internal sealed class TrainingCommand
{
    private readonly CommandConsole _console;
    private readonly Argument<string> _model = CommonOptions.Model("MODEL.onnx", "The model");
    private readonly Option<string> _output = CommonOptions.Output();
    private readonly Option<bool> _force = CommonOptions.Force();
    private readonly Option<bool> _quiet = CommonOptions.Quiet();
    private readonly Option<bool> _pack = new("--pack") { Description = "Write the packed form, the smallest" };
    private readonly DataOptions _data = new();
    private readonly TrainingRunOptions _run = new();

    public TrainingCommand(CommandConsole console, string name, string description, params Option[] own)
    {
        _console = console;
        Command = new Command(name, description) { _model, _output };
        _data.AddTo(Command, trains: true);
        foreach (Option option in own)
            Command.Options.Add(option);
        _run.AddTo(Command);
        foreach (Option option in new Option[] { _pack, _force, _quiet })
            Command.Options.Add(option);
    }

    public Command Command { get; }

    /// <summary>Says what the command does with its model and data.</summary>
    public void SetAction(Func<ParseResult, ModelProto, IBatchSource, RunOptions, TrainingOutcome> train) => Command.SetAction(result =>
    {
        _console.IsQuiet = result.GetValue(_quiet);
        string input = result.GetValue(_model)!, output = result.GetValue(_output)!;
        CommonOptions.CheckOutput(input, output, result.GetValue(_force));
        OnnxModel model = OnnxModel.Load(input);
        (IBatchSource training, IBatchSource? heldOut) = _data.Read(result);
        IBatchSource? test = _data.ReadTest(result);
        RunOptions options = _run.Read(result, _console, heldOut);
        try
        {
            OnnxModel trained = new(train(result, model.Proto, training, options).Model);
            if (result.GetValue(_pack))
                trained = ModelCompressor.Compress(trained, new CompressionOptions { Lossless = true, MinElements = 16 }).Model;
            trained.Save(output);
            Report(model, trained, output, test, options);
            return ExitCode.Success;
        }
        catch (DivergedException e)
        {
            _console.Error.WriteLine($"deepcompress: {e.Message}");
            return ExitCode.Failed;
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter")[0]);
        }
    });

    private void Report(OnnxModel model, OnnxModel trained, string output, IBatchSource? test, RunOptions options)
    {
        if (test is not null)
        {
            EvaluationResult before = ModelEvaluation.Run(model.Proto, test, options);
            EvaluationResult after = ModelEvaluation.Run(ModelUnpacker.Unpack(trained).Proto, test, options);
            _console.WriteLine(Invariant($"test: loss {before.Loss:F4} before, {after.Loss:F4} after{Accuracy(before, after)}"));
        }

        _console.WriteLine(Invariant($"{output}: {new FileInfo(output).Length:N0} bytes"));
    }

    private static string Accuracy(EvaluationResult before, EvaluationResult after) => before.Correct is int b && after.Correct is int a
        ? Invariant($"; accuracy {100.0 * b / before.Count:F2} % before, {100.0 * a / after.Count:F2} % after")
        : "";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
