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
    public void Run_TeacherAndSamplesWithoutLabels_LetsAPrunedStudentAgreeOnOthers()
    {
        ModelProto teacher = DenseTraining.Train(Networks.LeNet300100(), ClusterData.Create(960, seed: 1), 2, _options with { Validation = null }).Model;
        DeepCompression.Training.Data.ArrayBatchSource labelled = ClusterData.Create(960, seed: 5, noise: 0.8);
        DeepCompression.Training.Data.Batch batch = new(labelled.Fields, labelled.Count);
        labelled.Read([.. Enumerable.Range(0, labelled.Count)], batch);
        DeepCompression.Training.Data.ArrayBatchSource unlabelled = new(DeepCompression.Training.Data.ArrayColumn.Floats("data", new TensorShape(1, 28, 28), batch.GetFloats(0)));
        RunOptions options = _options with { Loss = Loss.Distillation(), Teacher = teacher };
        TrainingOutcome outcome = PrunedTraining.Run(Networks.LeNet300100(seed: 2), unlabelled, new PruneOptions { Sparsity = 0.9, Epochs = 4, Interval = 5 }, options);

        // The student began elsewhere and never saw a label: all that it knows is what the teacher says.
        Assert.True(outcome.History[^1].ValidationAccuracy >= 0.95, $"{outcome.History[^1].ValidationAccuracy} agree");
    }

    [Fact]
    public void Train_TeacherWithALossOfLabels_ThrowsThatNamesTheLoss() => Assert.Contains(
        "Loss.Distillation",
        Assert.Throws<ArgumentException>(() => DenseTraining.Train(Networks.LeNet300100(), ClusterData.Create(64, 1), 1, _options with { Teacher = Networks.LeNet300100() })).Message);

    [Fact]
    public void Train_TeacherOfOtherClasses_ThrowsThatNamesBothShapes() => Assert.Contains(
        "32x7",
        Assert.Throws<ArgumentException>(() => DenseTraining.Train(
            Networks.SmallResNet(), ClusterData.Create(64, 1), 1, _options with { Loss = Loss.Distillation(), Teacher = Networks.SmallResNet(classes: 7) })).Message);

    [Fact]
    public void Train_FormsOfACompressedModel_KeepsItsZerosAndItsSharing()
    {
        ModelProto small = DeepCompressionTraining.Run(
            Networks.LeNet300100(),
            ClusterData.Create(640, seed: 1),
            new PruneOptions { Sparsity = 0.9, Epochs = 1, Interval = 5 },
            new ShareOptions { Bits = 3, Epochs = 0 },
            _options with { Validation = null }).Model;
        RunOptions options = _options with { Validation = null, Form = name => name == "fc1.weight" ? WeightForm.Shared : name == "fc2.weight" ? WeightForm.Masked : WeightForm.Free };
        ModelProto trained = DenseTraining.Train(small, ClusterData.Create(640, seed: 1), 1, options).Model;

        Assert.NotEqual(Values(small, "fc1.weight"), Values(trained, "fc1.weight"));
        Assert.Equal(Values(small, "fc1.weight").Distinct().Count(), Values(trained, "fc1.weight").Distinct().Count());
        foreach (string name in new[] { "fc1.weight", "fc2.weight" })
            Assert.Equal(Values(small, name).Select(x => x == 0), Values(trained, name).Select(x => x == 0));
        Assert.True(Values(trained, "fc2.weight").Distinct().Count() > 8);
        Assert.DoesNotContain(0f, Values(trained, "fc3.weight"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Run_EntropyPenalty_MakesCodesSmaller(int reassignEpochs)
    {
        double Entropy(double penalty)
        {
            ModelProto shared = SharedTraining.Run(
                Networks.LeNet300100(),
                ClusterData.Create(640, seed: 1),
                new ShareOptions { Bits = 3, EntropyPenalty = penalty, ReassignEpochs = reassignEpochs, Epochs = 1 },
                _options with { Validation = null }).Model;
            float[] values = Values(shared, "fc1.weight");
            return values.GroupBy(value => value).Sum(group => group.Count() * Math.Log2((double)values.Length / group.Count())) / values.Length;
        }

        Assert.InRange(Entropy(penalty: 0.07), 1, Entropy(penalty: 0) - 0.3);
    }

    [Fact]
    public void Train_SharedFormOfAFreeWeight_ThrowsThatNamesIt() => Assert.Contains(
        "'fc1.weight' has more than 256 distinct values",
        Assert.Throws<ArgumentException>(() => DenseTraining.Train(Networks.LeNet300100(), ClusterData.Create(64, 1), 1, _options with { Form = _ => WeightForm.Shared })).Message);

    [Fact]
    public void Train_ModelThatLeavesRowsAndColumnsOpen_TakesThemFromTheSamples()
    {
        ModelProto open = Networks.SmallResNet();
        foreach (TensorShapeProto.Types.Dimension dimension in open.Graph.Input[0].Type.TensorType.Shape.Dim.Skip(2))
            dimension.DimParam = "pixels";
        Assert.Single(DenseTraining.Train(open, ClusterData.Create(64, 1), 1, _options with { Validation = null }).History);
    }

    [Fact]
    public void Train_LabelThatIsNoClass_ThrowsThatNamesIt() => Assert.Contains(
        "the classes 0 to 6",
        Assert.Throws<ArgumentException>(() => DenseTraining.Train(Networks.SmallResNet(classes: 7), ClusterData.Create(64, 1), 1, _options with { Validation = null })).Message);

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
