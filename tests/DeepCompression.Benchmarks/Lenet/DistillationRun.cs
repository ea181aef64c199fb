using DeepCompression.Onnx;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training;
using DeepCompression.Training.Data;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// Makes a network small and measures it, with one seed. The seed decides the crops, the order of samples, and which quarter of the photographs is held
/// back to measure.
/// </summary>
internal sealed class DistillationRun
{
    public const int Crops = 1200; // samples an epoch
    public const int TestCrops = 320;
    public const int Bits = 8; // at most: the entropy penalty decides

    private const int Parts = 4; // of the photographs: one is measured with
    private const ulong TestSeed = 2; // of the crops
    private const int Batch = 16;
    private const int WarmUpSteps = 20;
    private const string Input = "data";

    private readonly DistillationSubject _subject;
    private readonly OnnxModel _original;
    private readonly int _seed;
    private readonly PhotographCrops _training;
    private readonly ArrayBatchSource _test;
    private readonly double _bytes;

    /// <param name="subject">The network and how it is trained.</param>
    /// <param name="original">The model.</param>
    /// <param name="photographs">All of them.</param>
    /// <param name="seed">From 1.</param>
    public DistillationRun(DistillationSubject subject, OnnxModel original, IReadOnlyList<Photograph> photographs, int seed)
    {
        (_subject, _original, _seed, _bytes) = (subject, original, seed, original.ToBytes().Length);
        ILookup<bool, Photograph> parts = photographs.Select((photograph, i) => (photograph, IsUnseen: i % Parts == (seed - 1) % Parts)).ToLookup(p => p.IsUnseen, p => p.photograph);
        _training = new PhotographCrops([.. parts[false]], Crops, subject.TrainingSide, (ulong)seed, Input, subject.Scale);
        _test = Distillation.Label(original.Proto, new PhotographCrops([.. parts[true]], TestCrops, subject.TestSide, TestSeed, Input, subject.Scale), Options(subject.TestSide));
    }

    /// <summary>Prunes and shares while the network learns from its original; goes on where a run was stopped.</summary>
    public CompressionResult Train(DistillationPoint point)
    {
        ModelProto trained = GetFolder(point).Get("trained", path => Train(point, path));
        return ModelCompressor.Compress(new OnnxModel(trained), new CompressionOptions { Lossless = true });
    }

    /// <summary>Forgets what was trained, so that the next run trains again.</summary>
    public void Forget(DistillationPoint point) => GetFolder(point).Delete();

    /// <summary>Measures a packed model, read back.</summary>
    public DistillationResult Measure(CompressionResult compressed)
    {
        byte[] file = compressed.Model.ToBytes();
        EvaluationResult result = ModelEvaluation.Run(ModelUnpacker.Unpack(OnnxModel.FromBytes(file)).Proto, _test, Options(_subject.TestSide));
        return new DistillationResult(_bytes / file.Length, 100.0 * result.Correct!.Value / result.Count);
    }

    private StageFolder GetFolder(DistillationPoint point) =>
        new(FormattableString.Invariant($"{_subject.ShortName}: {point}, at most {Bits} bits, rate {_subject.Rate}, {Crops} crops of {_subject.TrainingSide}"), _seed);

    private ModelProto Train(DistillationPoint point, string checkpoint)
    {
        ShareOptions share = new() { Bits = Bits, EntropyPenalty = point.EntropyPenalty, ReassignEpochs = 2, Epochs = 1, RateScale = 1 };
        RunOptions options = Options(_subject.TrainingSide) with { Teacher = _original.Proto, Progress = progress => Show(point, progress), CheckpointPath = checkpoint };
        TrainingOutcome outcome = point.Density == 1
            ? SharedTraining.Run(_original.Proto, _training, share, options)
            : DeepCompressionTraining.Run(_original.Proto, _training, new PruneOptions { Sparsity = 1 - point.Density, Epochs = 3, Interval = 8, Feedback = false }, share, options);
        return outcome.Model;
    }

    private void Show(DistillationPoint point, TrainingProgress progress)
    {
        if (progress.Step * progress.Epochs % progress.Steps == 0)
            Console.WriteLine(FormattableString.Invariant($"{_subject.ShortName}, {point}, seed {_seed}, {progress.Stage} {progress.Epoch}: loss {progress.Loss:F3}, {100 * progress.Accuracy:F1} % agree on crops that are trained with"));
    }

    // Both networks end in a global pooling: they take crops of other sizes. SqueezeNet learns as much from smaller ones in a quarter of the
    // time, tiny-darknet does not. Adam's steps are as wide for all weights: a trained network with many inputs a unit bears small ones
    // alone. Batches are few, and not of the pictures that the network was trained with, so that its own statistics stay.
    private RunOptions Options(int side) => new()
    {
        BatchSize = Batch,
        Loss = Loss.Distillation(2),
        LearningRate = new WarmUp(WarmUpSteps, new CosineRate(_subject.Rate)),
        MaxGradientNorm = 5,
        NormalizeByBatch = false,
        InputShapes = new Dictionary<string, long[]> { [Input] = [Batch, 3, side, side] },
        Seed = (ulong)_seed,
        Threads = 1,
    };
}
