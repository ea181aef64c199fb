using System.CommandLine;
using System.Globalization;
using DeepCompression.Cli.Commands;
using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training;
using DeepCompression.Training.Data;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;

namespace DeepCompression.Cli.Training;

/// <summary>The options that say how to train, shared by the commands that train.</summary>
internal sealed class TrainingRunOptions
{
    private readonly Option<int> _batch = new("--batch") { Description = "Samples a step", HelpName = "N", DefaultValueFactory = _ => 64 };

    private readonly Option<double> _rate = new("--rate") { Description = "The learning rate at the start", HelpName = "R", DefaultValueFactory = _ => 1e-3 };

    private readonly Option<string> _schedule = new("--schedule") { Description = "How the learning rate falls", DefaultValueFactory = _ => "cosine" };

    private readonly Option<int> _warmUp = new("--warm-up") { Description = "Steps in which the learning rate rises first", HelpName = "N", DefaultValueFactory = _ => 0 };

    private readonly Option<string> _optimizer = new("--optimizer") { Description = "How weights follow their gradients", DefaultValueFactory = _ => "adam" };

    private readonly Option<string> _loss = new("--loss") { Description = "What training makes small", DefaultValueFactory = _ => "cross-entropy" };

    private readonly Option<float> _l1 = new("--l1") { Description = "L1 penalty on weights", HelpName = "X", DefaultValueFactory = _ => 0 };

    private readonly Option<float> _l2 = new("--l2") { Description = "L2 penalty on weights", HelpName = "X", DefaultValueFactory = _ => 0 };

    private readonly Option<float?> _clip = new("--clip") { Description = "The largest norm of the gradient", HelpName = "X" };

    private readonly Option<ulong> _seed = new("--seed") { Description = "The seed of everything that is random", HelpName = "N", DefaultValueFactory = _ => 1 };

    private readonly Option<int> _threads = new("--threads") { Description = "Threads; 0 for one a processor core", HelpName = "N", DefaultValueFactory = _ => 0 };

    private readonly Option<string?> _checkpoint = new("--checkpoint") { Description = "Where to keep checkpoints; a run that was stopped goes on from there", HelpName = "FILE" };

    private readonly Option<bool> _restart = new("--restart") { Description = "Start anew where there is a checkpoint" };

    private readonly Option<string?> _teacher = new("--teacher") { Description = "A model whose outputs are the labels (distillation): the data needs none", HelpName = "MODEL.onnx" };

    private readonly Option<float> _temperature = new("--temperature") { Description = "With --teacher: what outputs are divided by before they are compared", HelpName = "T", DefaultValueFactory = _ => 2 };

    private readonly Option<int> _shift = new("--shift") { Description = "Move images by up to N pixels at random; the input's last two dimensions are rows and columns", HelpName = "N", DefaultValueFactory = _ => 0 };

    private readonly Option<string> _keep = new("--keep") { Description = "What a weight keeps while it trains: its zeros, or its zeros and which of its elements are equal (at most 256 values)", DefaultValueFactory = _ => "nothing" };

    private readonly Option<bool> _keepStatistics = new("--keep-statistics") { Description = "BatchNormalization keeps its statistics" };

    public TrainingRunOptions()
    {
        _schedule.AcceptOnlyFromAmong("cosine", "constant", "step");
        _optimizer.AcceptOnlyFromAmong("adam", "sgd");
        _loss.AcceptOnlyFromAmong("cross-entropy", "binary-cross-entropy", "squared-error");
        _keep.AcceptOnlyFromAmong("nothing", "zeros", "values");
    }

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _batch, _rate, _schedule, _warmUp, _optimizer, _loss, _l1, _l2, _clip, _teacher, _temperature, _shift, _keep, _keepStatistics, _seed, _threads, _checkpoint, _restart })
            command.Options.Add(option);
    }

    public RunOptions Read(ParseResult result, CommandConsole console, ModelProto model, IBatchSource data, IBatchSource? validation, CancellationToken cancellation)
    {
        try
        {
            ILearningRateSchedule schedule = Schedule(result.GetValue(_schedule)!, result.GetValue(_rate));
            int warmUp = result.GetValue(_warmUp);
            ModelProto? teacher = result.GetValue(_teacher) is string path ? ModelUnpacker.Unpack(CommonOptions.Load(path)).Proto : null;
            return new RunOptions
            {
                Loss = teacher is not null ? Loss.Distillation(result.GetValue(_temperature)) : result.GetValue(_loss) switch { "binary-cross-entropy" => Loss.BinaryCrossEntropy, "squared-error" => Loss.MeanSquaredError, _ => Loss.SoftmaxCrossEntropy },
                BatchSize = result.GetValue(_batch),
                LearningRate = warmUp == 0 ? schedule : new WarmUp(warmUp, schedule),
                Optimizer = result.GetValue(_optimizer) == "sgd" ? new Sgd() : new Adam(),
                L1 = result.GetValue(_l1),
                L2 = result.GetValue(_l2),
                MaxGradientNorm = result.GetValue(_clip),
                Seed = result.GetValue(_seed),
                Threads = result.GetValue(_threads),
                CheckpointPath = result.GetValue(_checkpoint),
                Resume = !result.GetValue(_restart),
                Teacher = teacher,
                Augmentation = Shift(result.GetValue(_shift), data),
                Form = KeptForms.Of(model, result.GetValue(_keep)!),
                NormalizeByBatch = !result.GetValue(_keepStatistics),
                Cancellation = cancellation,
                Validation = validation,
                Progress = progress => Show(console, progress),
            };
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter")[0]);
        }
    }

    private static RandomShift? Shift(int pixels, IBatchSource data)
    {
        if (pixels == 0)
            return null;
        BatchField images = data.Fields.FirstOrDefault(field => field.Type == FieldType.Float32 && field.SampleShape.Rank >= 2)
            ?? throw new UsageException("--shift moves images; no field of the data has rows and columns.");
        ReadOnlySpan<long> shape = images.SampleShape.Dimensions;
        return pixels > 0 ? new RandomShift(images.Name, (int)shape[^2], (int)shape[^1], pixels) : throw new UsageException($"--shift {pixels}: a move is 0 pixels or more.");
    }

    private static ILearningRateSchedule Schedule(string name, double rate) => name switch
    {
        "constant" => new ConstantRate(rate),
        "step" => new StepRate(rate, 0.1, 3),
        _ => new CosineRate(rate),
    };

    // One line an epoch: what happens within is for a progress bar.
    private static void Show(CommandConsole console, TrainingProgress p)
    {
        if (p.Step * p.Epochs % p.Steps != 0)
            return;
        string accuracy = p.Accuracy is double a ? Invariant($", accuracy {100 * a:F2} %") : "";
        string validation = p.Validation is double v ? Invariant($", held out {100 * v:F2} %") : "";
        string sparsity = p.Sparsity > 0 ? Invariant($", sparsity {100 * p.Sparsity:F1} %") : "";
        console.Note(Invariant($"{p.Stage} {p.Epoch}/{p.Epochs}: loss {p.Loss:F4}{accuracy}{validation}{sparsity}, {p.SamplesPerSecond:N0} samples/s, {p.TimeLeft:mm\\:ss} left"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
