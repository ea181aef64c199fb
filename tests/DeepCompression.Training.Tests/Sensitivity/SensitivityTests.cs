using System.Text.Json;
using DeepCompression.Onnx.Schema;
using DeepCompression.Training.Data;
using DeepCompression.Training.Models;
using DeepCompression.Training.Procedures;
using DeepCompression.Training.Schedules;
using DeepCompression.Training.Sensitivity;
using DeepCompression.Training.Tests.Procedures;

namespace DeepCompression.Training.Tests.Sensitivity;

public sealed class SensitivityTests
{
    private static readonly RunOptions _run = new() { BatchSize = 32, LearningRate = new CosineRate(2e-3), Threads = 1 };
    private static readonly ArrayBatchSource _heldOut = ClusterData.Create(300, seed: 2);
    private static readonly Lazy<ModelProto> _model = new(() => DenseTraining.Train(Networks.LeNet300100(), ClusterData.Create(1600, seed: 1), 3, _run).Model);

    private static readonly Lazy<SensitivityReport> _report = new(() =>
        SensitivityAnalysis.Run(_model.Value, _heldOut, new SensitivityOptions { Sparsities = [0, 0.5, 0.9, 1], Bits = [1, 8], Run = _run }));

    [Fact]
    public void Run_EveryWeight_ChangesOneAtATime()
    {
        SensitivityReport report = _report.Value;
        Assert.Equal(["fc1.weight", "fc2.weight", "fc3.weight"], report.Weights);
        Assert.Equal(18, report.Points.Count);

        // Nothing pruned is the model itself; a layer that is pruned away whole leaves one class.
        Assert.All(report.Points.Where(p => p.Sparsity == 0), p => Assert.Equal(report.BaseAccuracy, p.Accuracy));
        Assert.All(report.Points.Where(p => p.Sparsity == 1), p => Assert.InRange(p.Accuracy, 0, 0.3));
        Assert.All(report.Points.Where(p => p.Bits == 8), p => Assert.InRange(p.Accuracy, report.BaseAccuracy - 0.02, 1));
    }

    [Fact]
    public void ToJson_Report_HoldsEveryTrial()
    {
        using JsonDocument json = JsonDocument.Parse(_report.Value.ToJson());
        Assert.Equal(18, json.RootElement.GetProperty("points").GetArrayLength());
        Assert.Equal(19, _report.Value.ToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(3, _report.Value.ToSparsityPlot().Series.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.05)]
    public void Select_Budget_IsKeptAndMeasuredTogether(double allowed)
    {
        SensitivityReport report = SensitivityAnalysis.Run(_model.Value, _heldOut, new SensitivityOptions { Run = _run });
        BudgetChoice choice = BudgetSelector.Select(_model.Value, _heldOut, report, allowed, _run);

        Assert.InRange(choice.Accuracy, choice.BaseAccuracy - allowed, 1);
        Assert.True(choice.Bits < 266200 * 32.0 / 4, $"{choice.Bits} bits");
        Assert.All(choice.Weights, weight => Assert.InRange(weight.Sparsity, 0, 0.98));
    }

    [Fact]
    public void Select_ReportOfAnotherModel_Throws()
    {
        SensitivityReport report = new(1, 0, 1, [new SensitivityPoint("other", 0.5, null, 1, 0)]);
        Assert.Contains("fc1.weight", Assert.Throws<ArgumentException>(() => BudgetSelector.Select(_model.Value, _heldOut, report, 0.1, _run)).Message);
    }
}
