using System.Text.Json.Serialization;

namespace DeepCompression.Training.Sensitivity;

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(SensitivityReport))]
[JsonSerializable(typeof(BudgetChoice))]
internal sealed partial class SensitivityJson : JsonSerializerContext;
