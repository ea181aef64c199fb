using System.Text.Json.Serialization;

namespace DeepCompression.Training.Procedures;

[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(List<EpochSummary>))]
internal sealed partial class ProceduresJson : JsonSerializerContext;
