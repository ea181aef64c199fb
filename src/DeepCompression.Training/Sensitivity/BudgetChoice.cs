using System.Text.Json;

namespace DeepCompression.Training.Sensitivity;

/// <summary>What was chosen for an accuracy budget, and what it brought.</summary>
/// <param name="Weights">What was chosen for each weight, in the order of the model.</param>
/// <param name="BaseAccuracy">The accuracy of the model as it is, 0 to 1.</param>
/// <param name="Accuracy">The accuracy with all choices together, measured without retraining, 0 to 1.</param>
/// <param name="Bits">The estimated size of the weights, in bits: positions and codes at their entropy.</param>
public sealed record BudgetChoice(IReadOnlyList<WeightChoice> Weights, double BaseAccuracy, double Accuracy, double Bits)
{
    /// <summary>The choices as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SensitivityJson.Default.BudgetChoice);
}
