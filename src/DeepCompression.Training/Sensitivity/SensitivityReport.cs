using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using DeepCompression.Training.Plots;

namespace DeepCompression.Training.Sensitivity;

/// <summary>How much accuracy a model loses where one weight at a time is pruned or shared, without retraining.</summary>
/// <param name="BaseAccuracy">The accuracy of the model as it is, 0 to 1.</param>
/// <param name="BaseLoss">The mean loss of the model as it is.</param>
/// <param name="Samples">The outputs that were counted.</param>
/// <param name="Points">Every trial, weight by weight in the order of the model.</param>
public sealed record SensitivityReport(double BaseAccuracy, double BaseLoss, long Samples, IReadOnlyList<SensitivityPoint> Points)
{
    /// <summary>The weights, in the order of the model.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Weights => [.. Points.Select(point => point.Weight).Distinct()];

    /// <summary>The report as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SensitivityJson.Default.SensitivityReport);

    /// <summary>Accuracy against sparsity, a line a weight.</summary>
    public LinePlot ToSparsityPlot() => new()
    {
        Title = "Accuracy where one weight is pruned, not retrained",
        XLabel = "sparsity, %",
        YLabel = "accuracy, %",
        Series = [.. Weights.Select(weight => new PlotSeries(weight, [.. Points.Where(p => p.Weight == weight && p.Sparsity is not null).Select(p => (100 * p.Sparsity!.Value, 100 * p.Accuracy))]))],
    };

    /// <summary>Accuracy against bits a code, a line a weight.</summary>
    public LinePlot ToBitsPlot() => new()
    {
        Title = "Accuracy where one weight is shared, centroids not trained",
        XLabel = "bits a code",
        YLabel = "accuracy, %",
        Series = [.. Weights.Select(weight => new PlotSeries(weight, [.. Points.Where(p => p.Weight == weight && p.Bits is not null).Select(p => ((double)p.Bits!.Value, 100 * p.Accuracy))]))],
    };

    /// <summary>A row a trial, as CSV.</summary>
    public string ToCsv() => CsvWriter.ToCsv(
        ["weight", "sparsity", "bits", "accuracy", "loss"],
        Points.Select(p => new object[] { p.Weight, Text(p.Sparsity), Text(p.Bits), p.Accuracy, p.Loss }));

    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";
}
