using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeepCompression.Cli.Output;

/// <summary>The JSON that the tool prints: camel case, indented, and infinities as strings.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(UnpackDocument))]
[JsonSerializable(typeof(DiffDocument))]
[JsonSerializable(typeof(InspectDocument))]
[JsonSerializable(typeof(PaperDocument))]
[JsonSerializable(typeof(CompressDocument))]
[JsonSerializable(typeof(TrainingDocument))]
internal sealed partial class CliJson : JsonSerializerContext
{
    // Texts are not escaped for the web: names of weights stay readable.
    private static readonly Lazy<CliJson> s_readable = new(() => new CliJson(new JsonSerializerOptions(Default!.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    /// <summary>The text of a document.</summary>
    public static string Write<T>(T document) => JsonSerializer.Serialize(document, s_readable.Value.GetTypeInfo(typeof(T))!);
}
