using System.CommandLine;
using System.Globalization;
using DeepCompression.Cli.Commands;
using DeepCompression.Cli.Output;
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
    private readonly FormatOptions _format = new();
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
        _format.AddTo(Command);
    }

    public Command Command { get; }

    /// <summary>Says what the command does with its model and data.</summary>
    public void SetAction(Func<ParseResult, ModelProto, IBatchSource, RunOptions, TrainingOutcome> train) => Command.SetAction((result, cancellation) =>
    {
        _console.IsQuiet = result.GetValue(_quiet);
        string input = result.GetValue(_model)!, output = result.GetValue(_output)!;
        CommonOptions.CheckOutput(input, output, result.GetValue(_force));
        ModelProto model = ModelUnpacker.Unpack(CommonOptions.Load(input)).Proto; // a compressed model is trained in its dense form
        (IBatchSource training, IBatchSource? heldOut) = _data.Read(result);
        IBatchSource? test = _data.ReadTest(result);
        RunOptions options = _run.Read(result, _console, model, training, heldOut, cancellation);
        try
        {
            TrainingOutcome outcome = train(result, model, training, options);
            OnnxModel trained = new(outcome.Model);
            if (result.GetValue(_pack))
                trained = ModelCompressor.Compress(trained, new CompressionOptions { Lossless = true, MinElements = 16 }).Model;
            trained.Save(output, new SaveOptions { Overwrite = result.GetValue(_force) });
            Report(Measure(input, output, model, trained, test, options, outcome), _format.Read(result, _console) == OutputFormat.Json);
            return Task.FromResult(ExitCode.Success);
        }
        catch (DivergedException e)
        {
            _console.Error.WriteLine($"deepcompress: {e.Message}");
            return Task.FromResult(ExitCode.Failed);
        }
        catch (OperationCanceledException)
        {
            string kept = options.CheckpointPath is string path ? $"the checkpoint is {path}; the same command goes on from there" : "with --checkpoint FILE it could go on later";
            _console.Error.WriteLine($"deepcompress: stopped; {kept}.");
            return Task.FromResult(ExitCode.Failed);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter")[0]);
        }
    });

    private static TrainingDocument Measure(string input, string output, ModelProto model, OnnxModel trained, IBatchSource? test, RunOptions options, TrainingOutcome outcome)
    {
        // Labels of a test set are labels, whoever taught.
        RunOptions measuring = options with { Loss = options.Teacher is null ? options.Loss : Loss.SoftmaxCrossEntropy };
        EvaluationDocument? before = test is null ? null : EvaluationDocument.From(ModelEvaluation.Run(model, test, measuring));
        EvaluationDocument? after = test is null ? null : EvaluationDocument.From(ModelEvaluation.Run(ModelUnpacker.Unpack(trained).Proto, test, measuring));
        return new TrainingDocument(input, output, new FileInfo(input).Length, new FileInfo(output).Length, before, after, outcome.History);
    }

    private void Report(TrainingDocument document, bool json)
    {
        if (json)
        {
            _console.WriteLine(CliJson.Write(document));
            return;
        }

        if (document is { TestBefore: { } before, TestAfter: { } after })
            _console.WriteLine(Invariant($"test: loss {before.Loss:F4} before, {after.Loss:F4} after{Accuracy(before, after)}"));
        _console.WriteLine(Invariant($"{document.Output}: {document.OutputBytes:N0} bytes"));
    }

    private static string Accuracy(EvaluationDocument before, EvaluationDocument after) => before.Accuracy is double b && after.Accuracy is double a
        ? Invariant($"; accuracy {100 * b:F2} % before, {100 * a:F2} % after")
        : "";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
