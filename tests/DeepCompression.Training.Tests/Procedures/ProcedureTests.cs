using System.Runtime.InteropServices;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Models;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;

namespace DeepCompression.Training.Tests.Procedures;

public sealed class ProcedureTests
{
    private static readonly RunOptions _options = new() { BatchSize = 32, LearningRate = new CosineRate(2e-3), Threads = 1, Validation = ClusterData.Create(500, seed: 2) };

    [Fact]
    public void Run_WholePipeline_IsSparseSharedAndAccurate()
    {
        ModelProto dense = DenseTraining.Train(Networks.LeNet300100(), ClusterData.Create(1600, seed: 1), 3, _options).Model;
        TrainingOutcome outcome = DeepCompressionTraining.Run(
            dense,
            ClusterData.Create(1600, seed: 1),
            new PruneOptions { Sparsity = 0.95, Epochs = 6, Interval = 5 },
            new ShareOptions { Bits = 3, VectorBits = 4, ReassignEpochs = 2, Epochs = 2 },
            _options);

        Assert.True(outcome.History[^1].ValidationAccuracy >= 0.97, $"accuracy {outcome.History[^1].ValidationAccuracy}");
        string[] matrices = ["fc1.weight", "fc2.weight", "fc3.weight"];
        float[][] weights = [.. matrices.Select(name => Values(outcome.Model, name))];
        int kept = weights.Sum(w => w.Count(x => x != 0));
        Assert.InRange(kept, 0.045 * 266200, 0.05 * 266200 + 1);
        Assert.All(weights, w => Assert.InRange(w.Distinct().Count(), 2, 8));
        Assert.All(new[] { "fc1.bias", "fc2.bias", "fc3.bias" }, name => Assert.InRange(Values(outcome.Model, name).Distinct().Count(), 1, 16));
        Assert.Equal(["prune", "share", "finetune"], outcome.History.Select(h => h.Stage).Distinct());
    }

    [Theory]
    [InlineData(PruneSchedule.Cubic, false)]
    [InlineData(PruneSchedule.Iterative, false)]
    [InlineData(PruneSchedule.OneShot, true)]
    public void Run_SparsityByWeight_PrunesExactlyAsAsked(PruneSchedule schedule, bool feedback)
    {
        PruneOptions prune = new()
        {
            SparsityByWeight = new Dictionary<string, double> { ["fc1.weight"] = 0.9, ["fc3.weight"] = 0.5 },
            Epochs = 2,
            Interval = 7,
            Schedule = schedule,
            Feedback = feedback,
        };
        ModelProto model = PrunedTraining.Run(Networks.LeNet300100(), ClusterData.Create(640, seed: 1), prune, _options with { Validation = null }).Model;

        Assert.Equal(235200 / 10 * 9, Values(model, "fc1.weight").Count(x => x == 0));
        Assert.Equal(0, Values(model, "fc2.weight").Count(x => x == 0));
        Assert.Equal(500, Values(model, "fc3.weight").Count(x => x == 0));
    }

    [Fact]
    public void Run_UnknownWeight_ThrowsThatNamesIt()
    {
        PruneOptions prune = new() { SparsityByWeight = new Dictionary<string, double> { ["fc9"] = 0.9 } };
        Assert.Contains("'fc9'", Assert.Throws<ArgumentException>(() => PrunedTraining.Run(Networks.LeNet300100(), ClusterData.Create(64, 1), prune, _options)).Message);
    }

    [Fact]
    public void Run_DenseSparseDense_EndsDenseAndAccurate()
    {
        DenseSparseDenseOptions schedule = new() { DenseEpochs = 2, SparseEpochs = 1, FinalEpochs = 1, Sparsity = 0.5 };
        TrainingOutcome outcome = DenseSparseDense.Run(Networks.LeNet300100(), ClusterData.Create(1600, seed: 1), schedule, _options);

        Assert.Equal([("dense", 0.0), ("dense", 0.0), ("sparse", 0.5), ("dense again", 0.0)], outcome.History.Select(h => (h.Stage, Math.Round(h.Sparsity, 2))));
        Assert.True(outcome.History[^1].ValidationAccuracy >= 0.97);
    }

    [Fact]
    public void Train_SameSeedTwice_GivesTheSameBits()
    {
        ModelProto[] models = [.. Enumerable.Range(0, 2).Select(_ =>
            DenseTraining.Train(Networks.LeNet300100(), ClusterData.Create(320, seed: 1), 1, _options with { Validation = null, Threads = 2 }).Model)];
        Assert.Equal(models[0], models[1]);
    }

    [Fact]
    public void Train_HugeLearningRate_StopsWithAClearMessage()
    {
        RunOptions wild = _options with { LearningRate = new ConstantRate(1e30), Optimizer = new Sgd() };
        DivergedException e = Assert.Throws<DivergedException>(() => DenseTraining.Train(Networks.LeNet300100(), ClusterData.Create(320, seed: 1), 1, wild));
        Assert.Contains("diverged at step", e.Message);
        Assert.Contains("stage 'train'", e.Message);
    }

    [Fact]
    public void Label_TeacherOnUnlabelledNoise_LetsAPrunedStudentAgree()
    {
        ModelProto teacher = DenseTraining.Train(Networks.LeNet300100(), ClusterData.Create(960, seed: 1), 2, _options with { Validation = null }).Model;
        RunOptions options = _options with { Loss = Loss.Distillation(), Validation = null };
        DeepCompression.Training.Data.ArrayBatchSource unlabelled = Distillation.Label(teacher, ClusterData.Create(960, seed: 5, noise: 0.8), options);
        ModelProto student = PrunedTraining.Run(teacher, unlabelled, new PruneOptions { Sparsity = 0.95, Epochs = 4, Interval = 5 }, options).Model;

        EvaluationResult itself = ModelEvaluation.Run(teacher, unlabelled, options);
        EvaluationResult agreement = ModelEvaluation.Run(student, unlabelled, options);
        Assert.Equal(960, itself.Correct);
        Assert.InRange(itself.Loss, -1e-6, 1e-6);
        Assert.True(agreement.Correct >= 0.9 * 960, $"{agreement.Correct} of 960 agree");
    }

    [Fact]
    public void Train_FieldOfOtherShape_ThrowsThatNamesBoth()
    {
        DeepCompression.Training.Data.ArrayBatchSource source = new(
            DeepCompression.Training.Data.ArrayColumn.Floats("x", new TensorShape(5), new float[5 * 64]),
            DeepCompression.Training.Data.ArrayColumn.Integers("label", new TensorShape(), new long[64]));
        Assert.Contains("shape 5", Assert.Throws<ArgumentException>(() => DenseTraining.Train(Networks.LeNet300100(), source, 1, _options)).Message);
    }

    internal static float[] Values(ModelProto model, string name) =>
        MemoryMarshal.Cast<byte, float>(model.Graph.Initializer.First(tensor => tensor.Name == name).RawData.Span).ToArray();
}
