using DeepCompression.Training.Checkpoints;
using DeepCompression.Training.Data;
using DeepCompression.Training.Models;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;
using DeepCompression.Training.Tests.Data;

namespace DeepCompression.Training.Tests.Procedures;

public sealed class ResumeTests : IDisposable
{
    private static readonly PruneOptions _prune = new() { Sparsity = 0.9, Epochs = 2, Interval = 3 };
    private static readonly ShareOptions _share = new() { Bits = 3, VectorBits = 4, EntropyPenalty = 0.03, ReassignEpochs = 1, Epochs = 1 };

    private readonly TemporaryFolder _folder = new();
    private readonly ArrayBatchSource _data = ClusterData.Create(352, seed: 1); // 11 steps an epoch

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_StoppedAfterEveryCheckpoint_EndsWithTheSameBitsAsUnbroken()
    {
        TrainingOutcome unbroken = Run(Options(null));
        string path = _folder["run.checkpoint"];
        int stops = 0;
        TrainingOutcome? outcome = null;
        while (outcome is null)
        {
            // Each round goes on from the file, makes at least one checkpoint more and is then cut off in the middle of a step.
            int before = stops++;
            Assert.True(stops < 100);
            try
            {
                outcome = Run(Options(path) with { Augmentation = new StopAfter(7, new RandomShift("data", 28, 28, 1)) });
            }
            catch (StoppedException)
            {
                Assert.True(File.Exists(path));
            }
        }

        Assert.InRange(stops, 6, 100);
        Assert.Equal(unbroken.Model, outcome.Model);
        Assert.Equal(unbroken.History, outcome.History);
    }

    [Fact]
    public void Run_Cancelled_KeepsACheckpointOfTheLastStep()
    {
        using CancellationTokenSource source = new();
        string path = _folder["run.checkpoint"];
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => Run(Options(path) with { Cancellation = source.Token }));
        Assert.Equal("0", CheckpointFile.Load(path).GetNote("step"));
    }

    [Fact]
    public void Run_CheckpointOfOtherOptions_ThrowsThatNamesTheFile()
    {
        string path = _folder["run.checkpoint"];
        Run(Options(path));
        string message = Assert.Throws<InvalidDataException>(() => Run(Options(path) with { L2 = 0.5f })).Message;
        Assert.Contains(path, message);
        Assert.Contains("another run", message);
    }

    [Fact]
    public void Train_Diverges_KeepsTheLastGoodCheckpoint()
    {
        string path = _folder["run.checkpoint"];
        RunOptions options = Options(path) with { LearningRate = new Breaks(15), Optimizer = new Sgd() };
        DivergedException e = Assert.Throws<DivergedException>(() => DenseTraining.Train(Networks.LeNet300100(), _data, 3, options));

        Assert.Equal(path, e.CheckpointPath);
        Assert.Contains(path, e.Message);
        Checkpoint kept = CheckpointFile.Load(path);
        Assert.All(kept.Get<float>("weight/fc1.weight").ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    private TrainingOutcome Run(RunOptions options) => DeepCompressionTraining.Run(Networks.LeNet300100(), _data, _prune, _share, options);

    private static RunOptions Options(string? path) => new()
    {
        BatchSize = 32,
        Threads = 1,
        LearningRate = new WarmUp(3, new CosineRate(1e-3)),
        L2 = 1e-4f,
        CheckpointPath = path,
        CheckpointInterval = 4,
        Augmentation = new StopAfter(int.MaxValue, new RandomShift("data", 28, 28, 1)),
    };

    private sealed class StoppedException : Exception;

    /// <summary>Stands for a kill: throws in the middle of a step. Its text is the same for every limit, as it is no part of the run.</summary>
    private sealed class StopAfter(int steps, IAugmentation inner) : IAugmentation
    {
        private int _steps;

        public void Apply(Batch batch, SeededRandom random)
        {
            if (_steps++ == steps)
                throw new StoppedException();
            inner.Apply(batch, random);
        }

        public override string ToString() => $"{inner}";
    }

    private sealed record Breaks(long At) : ILearningRateSchedule
    {
        public double GetRate(long step, long steps) => step < At ? 0.01 : 1e30;
    }
}
